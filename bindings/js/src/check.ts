import { KeyfobError } from "./errors.js";

/** What must be a string. A variable that is not set is the commonest reason why it is none. */
export function text(what: string, value: unknown, hint?: string): string {
  if (typeof value === "string") return value;
  const message = `${what} is ${value === undefined || value === null ? value : `of the type ${typeof value}`}, and must be a string`;
  throw new KeyfobError({ kind: "invalid-argument", message, hint });
}
