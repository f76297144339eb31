import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";

import { ABORTED_CALL, EVENT_COUNT, type HostEvent, type HostRequest, type ReceivedChallenge } from "../protocol.js";

/**
 * The worker's end of the channel to the HTTP client in the caller's thread. While the component runs, the worker's event loop does
 * not, so the worker sleeps on shared memory and then reads the port.
 */
export class HostChannel {
  readonly #port: MessagePort;
  readonly #shared: Int32Array;
  readonly #receivers = new Map<number, (event: HostEvent) => void>();
  #lastId = 0;
  /** The id of the running call. */
  call = 0;
  /** The last challenge of the running call. */
  challenge: ReceivedChallenge | undefined;
  /** The host of the last request of the running call. */
  lastAuthority: string | undefined;

  constructor(port: MessagePort, shared: Int32Array) {
    this.#port = port;
    this.#shared = shared;
  }

  /** Returns the id for a new request, whose events go to the receiver. */
  open(receiver: (event: HostEvent) => void): number {
    this.#lastId += 1;
    this.#receivers.set(this.#lastId, receiver);
    return this.#lastId;
  }

  close(id: number): void {
    this.#receivers.delete(id);
  }

  send(request: HostRequest): void {
    this.#port.postMessage(request);
  }

  /** Passes all events that have arrived to their receivers. Returns the event count for `sleep`. */
  deliver(): number {
    const count = Atomics.load(this.#shared, EVENT_COUNT);
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: HostEvent } | undefined;
      if (received === undefined) return count;
      this.#receivers.get(received.message.id)?.(received.message);
    }
  }

  /** Sleeps until an event arrives or the time is over. Returns at once if the event count is no longer the given one. */
  sleep(count: number, milliseconds: number): void {
    Atomics.wait(this.#shared, EVENT_COUNT, count, milliseconds);
  }

  /** The caller has aborted the running call. */
  get aborted(): boolean {
    return Atomics.load(this.#shared, ABORTED_CALL) === this.call;
  }
}
