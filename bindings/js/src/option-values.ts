import type { OptionValues, Setter } from "./protocol.js";

type Value = string | number | bigint | boolean | object | undefined;

/** Methods that take one item of a list and are called once for each, by the name of the option. */
const ADDERS = {
  additionallyAllowedTenant: "addAdditionallyAllowedTenant",
  exclude: "excludeCredential",
} as const satisfies Record<string, Setter>;

type OptionOf<S> = S extends `set${infer Name}` ? Uncapitalize<Name> : never;

/** The name of an option: that of its setter without `set`. */
type OptionName = OptionOf<Setter> | keyof typeof ADDERS;

/** The setter calls for the options that are not undefined. */
export function toOptionValues(options: Partial<Record<OptionName, Value>>): OptionValues {
  return (Object.entries(options) as [OptionName, Value][]).flatMap(([name, value]): OptionValues => {
    if (value === undefined || value === null) return [];
    if (isAdded(name)) return (value as unknown[]).map((item) => [ADDERS[name], item]);
    return [[`set${name.charAt(0).toUpperCase()}${name.slice(1)}` as Setter, value]];
  });
}

function isAdded(name: OptionName): name is keyof typeof ADDERS {
  return name in ADDERS;
}
