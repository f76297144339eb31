/** The workers of this process. Each credential has one of its own, so that a slow call holds up no other credential. */

import { ComponentWorker } from "./component-worker.js";

/** The most workers while one of them is idle. Further credentials share them. */
export const MAX_WORKERS = 16;
/** The most workers while calls run in all of them. */
export const MAX_BUSY_WORKERS = 64;

/** A worker, and how many credentials use it. */
interface Slot {
  worker: ComponentWorker;
  credentials: number;
}

const slots: Slot[] = [];
const slotOf = new WeakMap<object, Slot>();
const registry = new FinalizationRegistry<Slot>((slot) => (slot.credentials -= 1));

/** The worker of a credential. The key is the credential's spec, or the program's own credential object. */
export function workerFor(credential: object): ComponentWorker {
  const known = slotOf.get(credential);
  if (known !== undefined) return known.worker;
  const slot = freeSlot();
  slot.credentials += 1;
  slotOf.set(credential, slot);
  registry.register(credential, slot);
  return slot.worker;
}

/** A worker whose credentials have been garbage-collected, else a new one, else the idle one with the fewest credentials. */
function freeSlot(): Slot {
  const idle = slots.filter(({ worker }) => worker.idle);
  const free = idle.find(({ credentials }) => credentials === 0);
  if (free !== undefined) return free;
  if (slots.length < (idle.length > 0 ? MAX_WORKERS : MAX_BUSY_WORKERS)) {
    const slot = { worker: new ComponentWorker(), credentials: 0 };
    slots.push(slot);
    return slot;
  }
  const shared = idle.length > 0 ? idle : slots;
  return shared.reduce((least, slot) => (slot.credentials < least.credentials ? slot : least));
}

/** Drops a resource in the worker that has it. Ids are unique in the process. */
export function dropEverywhere(id: number): void {
  for (const { worker } of slots) worker.drop(id);
}

/** The workers that have been started, for tests. */
export function startedWorkers(): ComponentWorker[] {
  return slots.map(({ worker }) => worker).filter((worker) => worker.started);
}
