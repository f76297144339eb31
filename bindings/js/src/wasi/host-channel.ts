import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";

import { ABORTED, HAPPENINGS, type Happening, type Wish } from "../protocol.js";

/**
 * The way to the network, which is the caller's event loop. The component's thread has no event loop of its own while the
 * component runs: it sleeps until the other side wakes it.
 */
export class Wire {
  readonly #port: MessagePort;
  readonly #words: Int32Array;
  readonly #receivers = new Map<number, (happening: Happening) => void>();
  #last = 0;
  /** The call that runs. */
  call = 0;

  constructor(port: MessagePort, words: Int32Array) {
    this.#port = port;
    this.#words = words;
  }

  /** A new exchange's number; what happens to it comes to the receiver. */
  open(receiver: (happening: Happening) => void): number {
    this.#last += 1;
    this.#receivers.set(this.#last, receiver);
    return this.#last;
  }

  close(id: number): void {
    this.#receivers.delete(id);
  }

  send(wish: Wish): void {
    this.#port.postMessage(wish);
  }

  /** Hands out what has happened. The count is that of `sleep`. */
  deliver(): number {
    const count = Atomics.load(this.#words, HAPPENINGS);
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: Happening } | undefined;
      if (received === undefined) return count;
      this.#receivers.get(received.message.id)?.(received.message);
    }
  }

  /** Sleeps until something happens after this count, or the time is over. */
  sleep(count: number, milliseconds: number): void {
    Atomics.wait(this.#words, HAPPENINGS, count, milliseconds);
  }

  /** The caller has given this call up. */
  get aborted(): boolean {
    return Atomics.load(this.#words, ABORTED) === this.call;
  }
}
