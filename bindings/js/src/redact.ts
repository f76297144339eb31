/** The one rule of redaction: secrets are in private fields, and what prints an object calls one of the hooks that are set here. */

import { inspect, type InspectOptions } from "node:util";

/** Makes `util.inspect` and `JSON.stringify` show only what `visible` returns for an object of the class. */
export function showOnly<T extends object>(Class: { prototype: T }, visible: (object: T) => object, label?: string): void {
  hook(Class.prototype, inspect.custom, function (this: T, _depth: number, options: InspectOptions): string {
    const name = label ?? (this.constructor as { name?: string } | undefined)?.name ?? "Object";
    return `${name} ${inspect(visible(this), options)}`;
  });
  hook(Class.prototype, "toJSON", function (this: T) {
    return visible(this);
  });
}

function hook(prototype: object, name: string | symbol, value: unknown): void {
  Object.defineProperty(prototype, name, { value, enumerable: false, configurable: true, writable: true });
}

/** The origin of a URL. Its userinfo and its path are not shown, because a mistaken argument may have a secret there. */
export function visibleUrl(url: string): string {
  return /^https?:\/\/[^/?#@\s]+\/?$/i.test(url) ? url : "(not the URL of a vault)";
}
