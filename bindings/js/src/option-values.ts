import type { OptionValues, Setter } from "./protocol.js";

type Value = string | number | bigint | boolean | object | undefined;

/** The setter calls for the options that are given. A setter that takes one item is called for each item of a list. */
export function toOptionValues(options: Partial<Record<Setter, Value>>): OptionValues {
  return (Object.entries(options) as [Setter, Value][]).flatMap(([setter, value]): OptionValues => {
    if (value === undefined || value === null) return [];
    return PER_ITEM.has(setter) ? (value as unknown[]).map((item) => [setter, item]) : [[setter, value]];
  });
}

const PER_ITEM: ReadonlySet<Setter> = new Set<Setter>(["additionallyAllowedTenant", "exclude"]);
