import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";

import { ABORTED_CALL, EVENT_COUNT, type HostEvent, type HostRequest } from "../protocol.js";

/**
 * The way to the network, which is the caller's event loop. The component's thread has no event loop of its own while the
 * component runs: it sleeps until the other side wakes it.
 */
export class HostChannel {
  readonly #port: MessagePort;
  readonly #shared: Int32Array;
  readonly #receivers = new Map<number, (event: HostEvent) => void>();
  #last = 0;
  /** The call that runs. */
  call = 0;

  constructor(port: MessagePort, shared: Int32Array) {
    this.#port = port;
    this.#shared = shared;
  }

  /** A new exchange's number; what happens to it comes to the receiver. */
  open(receiver: (event: HostEvent) => void): number {
    this.#last += 1;
    this.#receivers.set(this.#last, receiver);
    return this.#last;
  }

  close(id: number): void {
    this.#receivers.delete(id);
  }

  send(request: HostRequest): void {
    this.#port.postMessage(request);
  }

  /** Hands out what has happened. The count is that of `sleep`. */
  deliver(): number {
    const count = Atomics.load(this.#shared, EVENT_COUNT);
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: HostEvent } | undefined;
      if (received === undefined) return count;
      this.#receivers.get(received.message.id)?.(received.message);
    }
  }

  /** Sleeps until something happens after this count, or the time is over. */
  sleep(count: number, milliseconds: number): void {
    Atomics.wait(this.#shared, EVENT_COUNT, count, milliseconds);
  }

  /** The caller has given this call up. */
  get aborted(): boolean {
    return Atomics.load(this.#shared, ABORTED_CALL) === this.call;
  }
}
