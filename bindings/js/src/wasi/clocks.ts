import { Pollable } from "./poll.js";
import type { HostChannel } from "./host-channel.js";

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** More than any call may take (600 seconds). */
const LONGER_THAN_ANY_DEADLINE = 601n * NANOSECONDS_PER_SECOND;

/**
 * The component's clocks. Its own deadlines are the authority for everything that waits, so a call that is given up needs
 * no more than this: its clock jumps past them, and it ends in the orderly way of a call whose time is over.
 */
export class MonotonicClock {
  readonly #channel: HostChannel;
  #offset = 0n;
  #abortedCall = 0;

  constructor(channel: HostChannel) {
    this.#channel = channel;
  }

  /** Nanoseconds, never backwards. */
  now(): bigint {
    if (this.#channel.aborted && this.#abortedCall !== this.#channel.call) {
      this.#abortedCall = this.#channel.call;
      this.#offset += LONGER_THAN_ANY_DEADLINE;
    }
    return process.hrtime.bigint() + this.#offset;
  }

  /** Ready after so many nanoseconds. */
  subscribe(duration: bigint): Pollable {
    const deadline = this.now() + duration;
    return new Pollable(this.#channel, () => {
      const remaining = deadline - this.now();
      return remaining <= 0n ? true : Number(remaining / NANOSECONDS_PER_MILLISECOND) + 1;
    });
  }
}

/** The time of day. */
export function wallClock(): { seconds: bigint; nanoseconds: number } {
  const milliseconds = Date.now();
  return { seconds: BigInt(Math.floor(milliseconds / 1000)), nanoseconds: (milliseconds % 1000) * 1_000_000 };
}
