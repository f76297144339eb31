import type { OptionValues, Setter } from "./protocol.js";

type Value = string | number | bigint | boolean | object | undefined;

/** The setter calls for the options that are not undefined. */
export function toOptionValues(options: Partial<Record<Setter, Value>>): OptionValues {
  return (Object.entries(options) as [Setter, Value][]).flatMap(([setter, value]): OptionValues => {
    if (value === undefined || value === null) return [];
    return PER_ITEM.has(setter) ? (value as unknown[]).map((item) => [setter, item]) : [[setter, value]];
  });
}

/** Setters that take one item of a list and are called once for each. */
const PER_ITEM: ReadonlySet<Setter> = new Set<Setter>(["additionallyAllowedTenant", "exclude"]);
