import { thread } from "./component-worker.js";

let last = 0;

/** The number of the next object of the component's. */
export function nextId(): number {
  last += 1;
  return last;
}

const forgotten = new FinalizationRegistry<number>((id) => thread.drop(id));

/** Ends the component's object together with ours. */
export function tie(object: object, id: number): void {
  forgotten.register(object, id, object);
}

/** Ends the component's object now. */
export function close(object: object, id: number): void {
  forgotten.unregister(object);
  thread.drop(id);
}
