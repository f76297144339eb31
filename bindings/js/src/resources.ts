import { componentWorker } from "./component-worker.js";

let lastId = 0;

/** The number of the next object of the component's. */
export function nextResourceId(): number {
  lastId += 1;
  return lastId;
}

const registry = new FinalizationRegistry<number>((id) => componentWorker.drop(id));

/** Ends the component's object together with ours. */
export function dropWithOwner(owner: object, id: number): void {
  registry.register(owner, id, owner);
}

/** Ends the component's object now. */
export function dropNow(owner: object, id: number): void {
  registry.unregister(owner);
  componentWorker.drop(id);
}
