import type { HostChannel } from "./host-channel.js";

/** True for ready; else in how many milliseconds it may be without anything having happened. */
export type ReadyCheck = () => true | number;

/** Something to wait for. */
export class Pollable {
  readonly channel: HostChannel;
  readonly check: ReadyCheck;

  constructor(channel: HostChannel, check: ReadyCheck) {
    this.channel = channel;
    this.check = check;
  }

  ready(): boolean {
    this.channel.deliver();
    return this.check() === true;
  }
}

/** Sleeps until one of them is ready, and gives the places of those that are. */
export function poll(pollables: Pollable[]): Uint32Array {
  for (;;) {
    // Counted first: what happens after it wakes the sleep below at once.
    const count = pollables[0]?.channel.deliver() ?? 0;
    const checks = pollables.map((pollable) => pollable.check());
    const ready = checks.flatMap((check, index) => (check === true ? [index] : []));
    if (ready.length > 0) return Uint32Array.from(ready);
    pollables[0]?.channel.sleep(count, Math.min(...(checks as number[])));
  }
}
