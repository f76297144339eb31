import { Pollable } from "./poll.js";
import type { Wire } from "./host-channel.js";

const NANOS = 1_000_000n;
const SECONDS = 1_000_000_000n;

/** More than any call may take (600 seconds). */
const BEYOND_EVERY_DEADLINE = 601n * SECONDS;

/**
 * The component's clocks. Its own deadlines are the authority for everything that waits, so a call that is given up needs
 * no more than this: its clock jumps past them, and it ends in the orderly way of a call whose time is over.
 */
export class Clock {
  readonly #wire: Wire;
  #jumped = 0n;
  #given_up = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Nanoseconds, never backwards. */
  now(): bigint {
    if (this.#wire.aborted && this.#given_up !== this.#wire.call) {
      this.#given_up = this.#wire.call;
      this.#jumped += BEYOND_EVERY_DEADLINE;
    }
    return process.hrtime.bigint() + this.#jumped;
  }

  /** Ready after so many nanoseconds. */
  subscribe(duration: bigint): Pollable {
    const due = this.now() + duration;
    return new Pollable(this.#wire, () => {
      const left = due - this.now();
      return left <= 0n ? true : Number(left / NANOS) + 1;
    });
  }
}

/** The time of day. */
export function wallClock(): { seconds: bigint; nanoseconds: number } {
  const milliseconds = Date.now();
  return { seconds: BigInt(Math.floor(milliseconds / 1000)), nanoseconds: (milliseconds % 1000) * 1_000_000 };
}
