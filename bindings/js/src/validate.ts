import { KeyfobError } from "./errors.js";

/** What must be a string. A variable that is not set is the commonest reason why it is none. */
export function requireString(name: string, value: unknown, hint?: string): string {
  if (typeof value === "string") return value;
  const type = value === undefined || value === null ? value : `of the type ${typeof value}`;
  const message = `${name} is ${type}, and must be a string`;
  throw new KeyfobError({ kind: "invalid-argument", message, hint });
}

/** A whole number, as the component takes it. */
export function toWholeNumber(name: string, value: number | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  if (value >= 0 && Number.isFinite(value)) return BigInt(Math.ceil(value));
  throw new KeyfobError({ kind: "invalid-argument", message: `${name} is no number from 0 on` });
}

/** Unix seconds, as the component takes them. */
export function toUnixSeconds(name: string, date: Date | undefined): bigint | undefined {
  if (date === undefined) return undefined;
  const time = date.getTime();
  if (time >= 0) return BigInt(Math.floor(time / 1000));
  throw new KeyfobError({ kind: "invalid-argument", message: `${name} is no date after 1970` });
}
