import type { HostChannel } from "./host-channel.js";
import { Pollable } from "./poll.js";

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** The longest timeout of a call is 600 seconds. */
const LONGER_THAN_ANY_DEADLINE = 601n * NANOSECONDS_PER_SECOND;

/**
 * The component's monotonic clock. When a call is aborted, the clock jumps past all deadlines, so that the component ends the call
 * as one that has timed out, and its state stays consistent.
 */
export class MonotonicClock {
  readonly #channel: HostChannel;
  #offset = 0n;
  #abortedCall = 0;

  constructor(channel: HostChannel) {
    this.#channel = channel;
  }

  /** Nanoseconds. Never goes backwards. */
  now(): bigint {
    if (this.#channel.aborted && this.#abortedCall !== this.#channel.call) {
      this.#abortedCall = this.#channel.call;
      this.#offset += LONGER_THAN_ANY_DEADLINE;
    }
    return process.hrtime.bigint() + this.#offset;
  }

  /** A pollable that is ready after this many nanoseconds. */
  subscribe(duration: bigint): Pollable {
    const deadline = this.now() + duration;
    return new Pollable(this.#channel, () => {
      const remaining = deadline - this.now();
      return remaining <= 0n ? true : Number(remaining / NANOSECONDS_PER_MILLISECOND) + 1;
    });
  }
}

/** The time since 1970, for wasi:clocks/wall-clock. */
export function wallClock(): { seconds: bigint; nanoseconds: number } {
  const milliseconds = Date.now();
  return { seconds: BigInt(Math.floor(milliseconds / 1000)), nanoseconds: (milliseconds % 1000) * 1_000_000 };
}
