/**
 * The one rule of redaction: a secret is in a private field, or in a property that only its own name returns. What prints an object
 * calls one of the hooks that are set here.
 */

import { inspect, type InspectOptions } from "node:util";

/** Makes `util.inspect` and `JSON.stringify` show only what `visible` returns for an object of the class. */
export function showOnly<T extends object>(Class: { prototype: T }, visible: (object: T) => object): void {
  hook(Class.prototype, inspect.custom, function (this: T, _depth: number, options: InspectOptions): string {
    const name = (this.constructor as { name?: string } | undefined)?.name ?? "Object";
    return `${name} ${inspect(visible(this), options)}`;
  });
  hook(Class.prototype, "toJSON", function (this: T) {
    return visible(this);
  });
}

/**
 * The object with a property that holds a secret. It can be read, set and copied as any other; `util.inspect` and
 * `JSON.stringify` leave it out. It is an accessor, which `util.inspect` does not call even without its hook.
 */
export function withSecret<K extends string, T extends object>(label: string, name: K, secret: string, visible: T): T & Record<K, string> {
  const object = { ...visible };
  let value = secret;
  const accessor = { get: () => value, set: (next: string) => void (value = next), enumerable: true, configurable: true };
  Object.defineProperty(object, name, accessor);
  const shown = () => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
  hook(object, inspect.custom, (_depth: number, options: InspectOptions) => `${label} ${inspect(shown(), options)}`);
  hook(object, "toJSON", shown);
  return object as T & Record<K, string>;
}

function hook(owner: object, name: string | symbol, value: unknown): void {
  Object.defineProperty(owner, name, { value, enumerable: false, configurable: true, writable: true });
}

/** The origin of a URL. Its userinfo and its path are not shown, because a mistaken argument may have a secret there. */
export function visibleUrl(url: string): string {
  return /^https?:\/\/[^/?#@\s]+\/?$/i.test(url) ? url : "(not the URL of a vault)";
}
