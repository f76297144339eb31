/** The component's resources live in the workers; the objects of this thread own them by id. */

import { dropEverywhere } from "./workers.js";

let lastId = 0;

/** A new id for a resource. A worker makes the resource when an operation first needs it. */
export function nextResourceId(): number {
  lastId += 1;
  return lastId;
}

const registry = new FinalizationRegistry<number>((id) => dropEverywhere(id));

/** Drops the resource when its owner is garbage-collected. */
export function dropWithOwner(owner: object, id: number): void {
  registry.register(owner, id);
}

/** Drops the resource now. If its owner is used again, that makes it again, and it is dropped with its owner too. */
export function dropNow(id: number): void {
  dropEverywhere(id);
}
