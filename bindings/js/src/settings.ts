import type { Settings } from "./thread/messages.js";

type Value = string | number | bigint | boolean | object | undefined;

/** Methods of the component's options, for what is given. One that takes one value at a time is called for each of a list. */
export function settings(values: Record<string, Value>): Settings {
  return Object.entries(values).flatMap(([method, value]): Settings => {
    if (value === undefined || value === null) return [];
    return EACH.has(method) ? (value as unknown[]).map((one) => [method, one]) : [[method, value]];
  });
}

const EACH = new Set(["additionallyAllowedTenant", "exclude"]);

/** A whole number, as the component takes it. */
export function whole(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(Math.ceil(value));
}
