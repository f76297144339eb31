/** Checks of arguments. Each returns a copy that holds only strings, numbers and bytes, so that it can be sent to the worker. */

import { isMap, isUint8Array } from "node:util/types";

import { KeyfobError, WrongTypeError } from "./errors.js";

/** Returns the checked copy of a value. The name is that of the argument or option, for the error. */
export type Check<T> = (name: string, value: unknown) => T;

/** The most characters of a text. The component refuses a value of more than 25,600 bytes itself, with a hint. */
const MAX_TEXT_LENGTH = 262_144;
/** The most items of a list. */
const MAX_ITEMS = 10_000;
/** The most bytes of a backup or a certificate. */
const MAX_BYTES = 4 * 1024 * 1024;
/** The most characters of a name, an identifier or a reference. */
const MAX_NAME_LENGTH = 4096;
/** The range of a timeout in the component. */
const MAX_TIMEOUT_MS = 600_000;
const MAX_U32 = 4_294_967_295;

/** The error for a value of the wrong type. It describes the type and never the value. */
export function wrongType(name: string, value: unknown, expected: string, hint?: string): WrongTypeError {
  const type = value === undefined || value === null ? `${value}` : `of the type ${typeof value}`;
  return new WrongTypeError(`${name} has the wrong type: it is ${type}, and must be ${expected}`, hint);
}

function invalid(message: string, hint?: string): KeyfobError {
  return new KeyfobError({ kind: "invalid-argument", message, hint });
}

/** Runs code of the caller's objects, such as a getter. What it throws is dropped, because its text may hold a secret. */
function guarded<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch {
    throw new WrongTypeError(`${name} has the wrong type: it can't be read`);
  }
}

/** A string. One with a lone surrogate has no UTF-8 form and would be stored as another string. */
export const text: Check<string> = (name, value) => requireString(name, value);

/** The same, with a hint for the most frequent mistake, such as a variable that is not set. */
export function requireString(name: string, value: unknown, hint?: string): string {
  if (typeof value !== "string") throw wrongType(name, value, "a string", hint);
  if (value.length > MAX_TEXT_LENGTH) throw invalid(`${name} has ${value.length} characters, more than ${MAX_TEXT_LENGTH}`);
  const surrogate = loneSurrogate(value);
  if (surrogate === -1) return value;
  throw invalid(`${name} has a lone surrogate as character ${surrogate + 1}, and can't be written as UTF-8; nothing was sent`);
}

/** The index of the first lone surrogate, or -1. */
export function loneSurrogate(value: string): number {
  return value.search(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
}

export const flag: Check<boolean> = (name, value) => {
  if (typeof value !== "boolean") throw wrongType(name, value, "true or false");
  return value;
};

/** The number as the component takes it: an integer, rounded up. Throws for a negative or infinite number. */
export const wholeNumber: Check<bigint> = (name, value) => BigInt(finite(name, value));

/** The same as a number, for what the component takes as 32 bits. */
export const count: Check<number> = (name, value) => {
  const number = finite(name, value);
  if (number > MAX_U32) throw invalid(`${name} must be at most ${MAX_U32}`);
  return number;
};

function finite(name: string, value: unknown): number {
  if (typeof value !== "number") throw wrongType(name, value, "a number");
  if (value >= 0 && Number.isFinite(value)) return Math.min(Math.ceil(value), Number.MAX_SAFE_INTEGER);
  throw invalid(`${name} must be a finite number, 0 or greater`);
}

/** The date as the component takes it, in Unix seconds. Throws for an invalid date or one before 1970. */
export const unixSeconds: Check<bigint> = (name, value) => {
  let time: number;
  try {
    time = Date.prototype.getTime.call(value);
  } catch {
    throw wrongType(name, value, "a Date");
  }
  if (time >= 0) return BigInt(Math.floor(time / 1000));
  throw invalid(`${name} must be a valid date, 1970 or later`);
};

/** An array of strings. */
export const texts: Check<string[]> = (name, value) => items(name, value, text);

/** A copy of an array, each of whose items is checked once. */
export function items<T>(name: string, value: unknown, check: Check<T>): T[] {
  if (!guarded(name, () => Array.isArray(value))) throw wrongType(name, value, "an array");
  const array = value as unknown[];
  const length = guarded(name, () => Number(array.length));
  if (!(length <= MAX_ITEMS)) throw invalid(`${name} has ${length} items, more than ${MAX_ITEMS}`);
  return Array.from({ length }, (_, index) => check(`${name}[${index}]`, guarded(`${name}[${index}]`, () => array[index])));
}

/** The names and values of tags. */
export const tags: Check<[name: string, value: string][]> = (name, value) => {
  // A Map has no keys of its own, and an update with no tags removes all tags.
  if (typeof value !== "object" || value === null || isMap(value) || guarded(name, () => Array.isArray(value))) {
    throw wrongType(name, value, "an object with a property for each tag");
  }
  const keys = guarded(name, () => Object.keys(value));
  if (keys.length > MAX_ITEMS) throw invalid(`${name} has ${keys.length} items, more than ${MAX_ITEMS}`);
  return keys.map((key, index) => {
    const tag = text(`the name of tag ${index + 1}`, key);
    return [tag, text(`the value of tag ${index + 1}`, guarded(`the value of tag ${index + 1}`, () => (value as Record<string, unknown>)[key]))];
  });
};

/** A copy of bytes. */
export const bytes: Check<Uint8Array> = (name, value) => {
  if (!isUint8Array(value)) throw wrongType(name, value, "a Uint8Array");
  // What the object says about its own length may be wrong.
  const length = byteLength.call(value);
  if (length > MAX_BYTES) throw invalid(`${name} has ${length} bytes, more than ${MAX_BYTES}`);
  const copy = new Uint8Array(length);
  copy.set(value);
  return copy;
};

const byteLength = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), "byteLength")?.get as () => number;

/** What may be null instead of undefined, as in the Azure SDK. */
const OPTIONAL_ARGUMENTS = ["options", "settings"];

/** Reads a property once. */
export function property(argument: string, owner: unknown, name: string): unknown {
  if (owner === undefined || (owner === null && OPTIONAL_ARGUMENTS.includes(argument))) return undefined;
  if ((typeof owner !== "object" && typeof owner !== "function") || owner === null) throw wrongType(argument, owner, "an object");
  return guarded(name, () => (owner as Record<string, unknown>)[name]);
}

type Checked<C> = { [K in keyof C]: C[K] extends Check<infer T> ? T | undefined : never };

/** Reads each of the named options once, and returns the checked copies. Those that are undefined or null are not set. */
export function checkOptions<C extends Record<string, Check<unknown>>>(options: unknown, checks: C, argument = "options"): Checked<C> {
  const checked = Object.entries(checks).map(([name, check]) => {
    const value = property(argument, options, name);
    return [name, value === undefined || value === null ? undefined : check(name, value)];
  });
  return Object.fromEntries(checked) as Checked<C>;
}

/** `requestOptions.timeout` in milliseconds. */
export function timeoutOption(options: unknown): number | undefined {
  const requestOptions = property("options", options, "requestOptions") ?? undefined;
  const { timeout } = checkOptions(requestOptions, { timeout: wholeNumber }, "requestOptions");
  if (timeout === undefined || (timeout >= 1n && timeout <= MAX_TIMEOUT_MS)) return timeout === undefined ? undefined : Number(timeout);
  throw invalid(`timeout ${timeout} is not 1 to 600,000 milliseconds`);
}

const LETTERS = /^[0-9A-Za-z-]*/;
const SECRET_NAME = /^[0-9A-Za-z-]{1,127}$/;

/**
 * The name of a secret, its identifier, or a reference of App Service. An invalid name is described and not shown: it may be a
 * value that was given in the wrong place.
 */
export const secretName: Check<string> = (name, value) => {
  const given = requireString(name, value);
  if (given.length > MAX_NAME_LENGTH) describeUnless(SECRET_NAME, name, "secret's name", given);
  const identifier = /^https?:\/\/[^/?#]*\/secrets\/([^/]*)(?:\/([^/]*))?$/i.exec(given);
  const reference = /^@Microsoft\.KeyVault\((?:.*;)?\s*SecretName\s*=\s*([^;)]*)(?:;.*)?\)$/is.exec(given);
  const parts = identifier ?? reference;
  if (parts !== null) {
    if (parts[1]) describeUnless(SECRET_NAME, name, "secret's name", parts[1].trim());
    if (parts[2]) secretVersion("the version of the identifier", parts[2]);
  } else if (!given.includes("://") && !given.startsWith("@Microsoft.KeyVault(")) {
    const slash = given.indexOf("/");
    const version = slash === -1 ? "" : given.slice(slash + 1);
    // What is no version makes the whole text a text that is no name.
    const bare = /^[0-9A-Za-z]{1,64}$/.test(version) ? given.slice(0, slash) : given;
    describeUnless(SECRET_NAME, name, "secret's name", bare);
  }
  return given;
};

/** The longest path of a file. */
const MAX_PATH_LENGTH = 4096;

/**
 * The path of a file. The content of a certificate or of a token in its place is refused, because errors about a file show its
 * path. The path is not read here.
 */
export const filePath: Check<string> = (name, value) => {
  const path = requireString(name, value);
  const isToken = /^ey[\w-]*\.[\w-]*\.[\w-]*$/.test(path.trim());
  const content = isToken ? "a token" : /-----BEGIN/.test(path) ? "a certificate or a key" : /[\u0000-\u001f\u007f]/.test(path) ? "other content" : undefined;
  if (content !== undefined) throw invalid(`${name} must be the path of a file, and is ${content}`);
  if (path.length > MAX_PATH_LENGTH) throw invalid(`${name} has ${path.length} characters, more than a path of ${MAX_PATH_LENGTH}`);
  return path;
};

/** The class name of a credential. */
export const className: Check<string> = (name, value) => {
  const given = requireString(name, value);
  if (/^[A-Za-z]{1,64}$/.test(given)) return given;
  throw invalid(`${name} is no class name of a credential, such as ManagedIdentityCredential: it has ${given.length} characters`);
};

/** The version of a secret. */
export const secretVersion: Check<string> = (name, value) => {
  const given = requireString(name, value);
  if (given !== "") describeUnless(/^[0-9A-Za-z-]{1,64}$/, name, "secret's version", given);
  return given;
};

function describeUnless(valid: RegExp, name: string, what: string, given: string): void {
  if (valid.test(given)) return;
  const legal = LETTERS.exec(given)?.[0].length ?? 0;
  const offence =
    given.length === 0
      ? "is empty"
      : legal === given.length
        ? `has ${given.length} characters, which are too many`
        : `has ${given.length} characters, and character ${legal + 1} is ${describeCharacter(given.charAt(legal))}`;
  const limit = what === "secret's name" ? "1 to 127" : "1 to 64";
  const hint = valid.test(given.replaceAll("_", "-"))
    ? "Write a dash for each underscore, as the name is in the vault"
    : "Check that the arguments are in the right order: the name comes before the value";
  throw invalid(`${name} is no ${what}: it ${offence}; expected ${limit} letters, digits and dashes (no underscore); nothing was sent`, hint);
}

/** What a character is, for an error that must not show it. */
export function describeCharacter(character: string): string {
  if (character === "_") return "an underscore";
  if (character === "/") return "a slash";
  if (character === '"' || character === "'") return "a quotation mark";
  if (character === "\ufeff") return "a byte order mark";
  if (/\s/.test(character)) return "white space";
  if (/[\u0000-\u001f\u007f-\u009f]/.test(character)) return "a control character";
  if (character > "\u007f") return "not ASCII";
  return "punctuation";
}
