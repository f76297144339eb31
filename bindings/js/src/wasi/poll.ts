import type { Wire } from "./host-channel.js";

/** True for ready; else in how many milliseconds it may be without anything having happened. */
export type Look = () => true | number;

/** Something to wait for. */
export class Pollable {
  readonly wire: Wire;
  readonly look: Look;

  constructor(wire: Wire, look: Look) {
    this.wire = wire;
    this.look = look;
  }

  ready(): boolean {
    this.wire.deliver();
    return this.look() === true;
  }
}

/** Sleeps until one of them is ready, and gives the places of those that are. */
export function poll(pollables: Pollable[]): Uint32Array {
  for (;;) {
    // Counted first: what happens after it wakes the sleep below at once.
    const count = pollables[0]?.wire.deliver() ?? 0;
    const looks = pollables.map((pollable) => pollable.look());
    const ready = looks.flatMap((look, place) => (look === true ? [place] : []));
    if (ready.length > 0) return Uint32Array.from(ready);
    pollables[0]?.wire.sleep(count, Math.min(...(looks as number[])));
  }
}
