/**
 * A proxy, or an object that inherits from another one, has none of its private fields. It has this property, though, with the
 * object whose fields the methods use. It is not enumerable, so that no copy has it.
 */
const ORIGINAL = Symbol("keyfob.original");

/** Makes `original` work for what stands for the object. */
export function keepOriginal(object: object): void {
  Object.defineProperty(object, ORIGINAL, { value: object });
}

/** The object that a proxy or an inheriting object stands for; the object itself otherwise. */
export function original<T extends object>(object: T): T {
  return (object as { [ORIGINAL]?: T })[ORIGINAL] ?? object;
}
