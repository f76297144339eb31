import type { OptionValues } from "./protocol.js";

type Value = string | number | bigint | boolean | object | undefined;

/** Methods of the component's options, for what is given. One that takes one value at a time is called for each of a list. */
export function toOptionValues(values: Record<string, Value>): OptionValues {
  return Object.entries(values).flatMap(([method, value]): OptionValues => {
    if (value === undefined || value === null) return [];
    return EACH.has(method) ? (value as unknown[]).map((one) => [method, one]) : [[method, value]];
  });
}

const EACH = new Set(["additionallyAllowedTenant", "exclude"]);
