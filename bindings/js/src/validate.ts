import { KeyfobError } from "./errors.js";

/** Returns the value if it is a string. The hint helps with the most frequent mistake, a variable that is not set. */
export function requireString(name: string, value: unknown, hint?: string): string {
  if (typeof value === "string") return value;
  const type = value === undefined || value === null ? value : `of the type ${typeof value}`;
  const message = `${name} is ${type}, and must be a string`;
  throw new KeyfobError({ kind: "invalid-argument", message, hint });
}

/** The number as the component takes it: an integer, rounded up. Throws for a negative or infinite number. */
export function toWholeNumber(name: string, value: number | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  if (value >= 0 && Number.isFinite(value)) return BigInt(Math.ceil(value));
  throw new KeyfobError({ kind: "invalid-argument", message: `${name} must be a finite number, 0 or greater` });
}

/** The date as the component takes it, in Unix seconds. Throws for an invalid date or one before 1970. */
export function toUnixSeconds(name: string, date: Date | undefined): bigint | undefined {
  if (date === undefined) return undefined;
  const time = date.getTime();
  if (time >= 0) return BigInt(Math.floor(time / 1000));
  throw new KeyfobError({ kind: "invalid-argument", message: `${name} must be a valid date, 1970 or later` });
}
