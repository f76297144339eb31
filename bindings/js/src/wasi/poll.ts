import type { HostChannel } from "./host-channel.js";

/** Returns true for ready; otherwise the milliseconds after which to check again if no event arrives before. */
export type ReadyCheck = () => true | number;

/** wasi:io `pollable`. */
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

/** Sleeps until at least one of the pollables is ready. Returns the indices of those that are. */
export function poll(pollables: Pollable[]): Uint32Array {
  for (;;) {
    // The count is read before the checks, so that an event between a check and the sleep ends the sleep at once.
    const count = pollables[0]?.channel.deliver() ?? 0;
    const checks = pollables.map((pollable) => pollable.check());
    const ready = checks.flatMap((check, index) => (check === true ? [index] : []));
    if (ready.length > 0) return Uint32Array.from(ready);
    pollables[0]?.channel.sleep(count, Math.min(...(checks as number[])));
  }
}
