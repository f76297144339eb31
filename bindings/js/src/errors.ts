import type { Attempt, AzureError, ErrorKind } from "./component/interfaces/keyfob-azure-types.js";
import { callerStack, causeText, errorText, isInspecting } from "./error-text.js";

export type { Attempt, ErrorKind };

/** What a `KeyfobError` is made from. */
export interface KeyfobErrorOptions {
  kind: ErrorKind;
  /** What failed, with which identity, where its id came from, and what Azure answered. */
  message: string;
  /** How to fix it. */
  hint?: string | undefined;
  /** The credentials that were tried, in order. */
  attempts?: Attempt[];
  /** The HTTP status of the response that caused the error. */
  status?: number | undefined;
  /** The service's own code, such as `ForbiddenByRbac`. */
  code?: string | undefined;
  /** The `Retry-After` of the response, in seconds. */
  retryAfter?: bigint | undefined;
  /** More information by name: `x-ms-request-id`, `source`, `client-id`, … */
  details?: [name: string, value: string][];
  /** The error that caused this one. */
  cause?: unknown;
}

/**
 * Adds properties that `inspect` does not show: the message holds what a person needs, and Node prints the properties of an error
 * below its stack.
 */
function addHidden(error: Error, properties: object): void {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(error, name, { value, enumerable: false, configurable: true, writable: true });
  }
}

/** Sets the name of a class of errors. It is on the prototype, so that the stack, which is made with the object, begins with it. */
function setName(Class: { prototype: Error }, name: string): void {
  Object.defineProperty(Class.prototype, "name", { value: name, enumerable: false, configurable: true, writable: true });
}

/** What is kept of the response that caused an error. */
export interface KeptResponse {
  readonly status: number;
  /** `retry-after` and those whose names begin with `x-ms-`, as far as the error has them. */
  readonly headers: { get(name: string): string | undefined };
}

/** What the errors of this package tell a program. */
export interface ErrorFields {
  /** The category of the error, for `switch`. */
  readonly kind: ErrorKind;
  /** How to fix it, if that is known. The message ends with it. */
  readonly hint: string | undefined;
  /** The credentials that were tried, in order. */
  readonly attempts: readonly Attempt[];
  /** The HTTP status of the response that caused the error. */
  readonly statusCode: number | undefined;
  /** The response that caused the error, without its body. */
  readonly response: KeptResponse | undefined;
  /** The service's own code: `AADSTS7000215`, `ForbiddenByRbac`, `SecretNotFound`, … */
  readonly code: string | undefined;
  /** The `Retry-After` of the response, in seconds. */
  readonly retryAfterInSeconds: number | undefined;
  /** More information by name: `x-ms-request-id`, `source`, `client-id`, … */
  readonly details: Readonly<Record<string, string>>;
}

export interface KeyfobError extends ErrorFields {}

/** The base class of this package's errors. The classes below have the names of those in the Azure SDK. */
export class KeyfobError extends Error {
  static {
    setName(this, "KeyfobError");
  }

  /** A `WrongTypeError` is a `TypeError`, and counts as a `KeyfobError` too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(this, value) || (this === KeyfobError && value instanceof WrongTypeError);
  }

  constructor(options: KeyfobErrorOptions) {
    super(errorText(options), options.cause === undefined ? undefined : { cause: options.cause });
    addHidden(this, {
      kind: options.kind,
      hint: options.hint,
      attempts: options.attempts ?? [],
      statusCode: options.status,
      response: toKeptResponse(options),
      code: options.code,
      retryAfterInSeconds: options.retryAfter === undefined ? undefined : Number(options.retryAfter),
      details: Object.fromEntries(options.details ?? []),
      stack: callerStack(this.stack),
    });
  }

  /** For `JSON.stringify`. `message` is the cause alone, because the attempts and the fix have fields of their own. */
  toJSON(): object {
    const { name, kind, hint, attempts, statusCode, code, retryAfterInSeconds, details } = this;
    const [message] = this.message.split("\n\n", 1);
    const shown = { statusCode, code, hint, attempts: attempts.length > 0 ? attempts : undefined, retryAfterInSeconds };
    return { name, message, kind, ...shown, ...(Object.keys(details).length > 0 && { details }) };
  }
}

function toKeptResponse({ status, retryAfter, details = [] }: KeyfobErrorOptions): KeptResponse | undefined {
  if (status === undefined) return undefined;
  const headers = new Map(details.filter(([name]) => name.startsWith("x-ms-")));
  if (retryAfter !== undefined) headers.set("retry-after", String(retryAfter));
  return { status, headers: { get: (name) => headers.get(name.toLowerCase()) } };
}

/** The credential can't be used in this environment. `ChainedTokenCredential` continues with its next credential. */
export class CredentialUnavailableError extends KeyfobError {
  static {
    setName(this, "CredentialUnavailableError");
  }

  /** For a credential of the program: a message, as in the Azure SDK. */
  constructor(message?: string, options?: { cause?: unknown });
  constructor(options: KeyfobErrorOptions);
  constructor(first: string | KeyfobErrorOptions = "", { cause }: { cause?: unknown } = {}) {
    super(typeof first === "string" ? { kind: "credential-unavailable", message: first, cause } : first);
  }
}

/** Thrown by a credential of the program for which a person must sign in. `ChainedTokenCredential` continues with its next credential. */
export class AuthenticationRequiredError extends CredentialUnavailableError {
  /** The scopes that the person must consent to. */
  declare readonly scopes: string[];
  /** The options of the call of `getToken`. */
  declare readonly getTokenOptions: object | undefined;

  static {
    setName(this, "AuthenticationRequiredError");
  }

  constructor(options: AuthenticationRequiredErrorOptions) {
    const { scopes, getTokenOptions, message = "Automatic authentication has been disabled", cause } = options;
    super({ kind: "credential-unavailable", message, cause });
    addHidden(this, { scopes, getTokenOptions });
  }
}

/** As in the Azure SDK. */
export interface AuthenticationRequiredErrorOptions {
  scopes: string[];
  getTokenOptions?: object;
  message?: string;
  cause?: unknown;
}

/** The response of Microsoft Entra ID, as in the Azure SDK. */
export interface ErrorResponse {
  /** The service's own code, else the kind of the error. */
  error: string;
  errorDescription: string;
  errorCodes?: number[];
  timestamp?: string;
  traceId?: string;
  correlationId?: string;
}

/** No token was got: the credential is configured, and its request was rejected or failed. `kind` tells how. */
export class AuthenticationError extends KeyfobError {
  /** The OAuth error, as in the Azure SDK. */
  declare readonly errorResponse: ErrorResponse;

  static {
    setName(this, "AuthenticationError");
  }

  /** For a credential of the program: the status and the body of a response of Microsoft Entra ID, as in the Azure SDK. */
  constructor(statusCode: number, errorBody: object | string | undefined | null, options?: { cause?: unknown });
  constructor(options: KeyfobErrorOptions);
  constructor(first: number | KeyfobErrorOptions, errorBody?: object | string | null, { cause }: { cause?: unknown } = {}) {
    const options = typeof first === "number" ? fromResponse(first, errorBody, cause) : first;
    super(options);
    const { timestamp, trace_id: traceId, correlation_id: correlationId } = this.details;
    const [, digits] = /^AADSTS(\d+)$/.exec(options.code ?? "") ?? [];
    const errorResponse: ErrorResponse = {
      error: options.code ?? options.kind,
      errorDescription: causeText(options.message, this.attempts),
      ...(digits !== undefined && { errorCodes: [Number(digits)] }),
      ...(timestamp !== undefined && { timestamp }),
      ...(traceId !== undefined && { traceId }),
      ...(correlationId !== undefined && { correlationId }),
    };
    addHidden(this, { errorResponse });
  }
}

/** Reads the body of a response of Microsoft Entra ID: JSON text, or the object. */
function fromResponse(status: number, body: object | string | undefined | null, cause: unknown): KeyfobErrorOptions {
  let fields: Record<string, unknown> = {};
  try {
    fields = (typeof body === "string" ? JSON.parse(body) : body) ?? {};
  } catch {
    // A text that is no JSON is the description.
  }
  const field = (name: string) => (typeof fields[name] === "string" ? fields[name] : undefined);
  const code = field("error") ?? (status === 400 && typeof body === "string" ? "invalid_request" : "unknown_error");
  const message = field("error_description") ?? (typeof body === "string" ? body : `the response has the status ${status} and no description`);
  const details = ["timestamp", "trace_id", "correlation_id"].flatMap((name): [string, string][] => {
    const value = field(name);
    return value === undefined ? [] : [[name, value]];
  });
  return { kind: "authentication-failed", message, status, code, details, cause };
}

/** No credential of a chain can be used in this environment. */
export class AggregateAuthenticationError extends CredentialUnavailableError {
  readonly #errors: Error[];

  static {
    setName(this, "AggregateAuthenticationError");
  }

  /** For a credential of the program: the errors, as in the Azure SDK. The message has them, too. */
  constructor(errors: readonly Error[], message?: string);
  constructor(options: KeyfobErrorOptions, errors?: readonly Error[]);
  constructor(first: readonly Error[] | KeyfobErrorOptions, second?: string | readonly Error[]) {
    if (Array.isArray(first)) {
      const title = typeof second === "string" ? second : "No credential of the chain is available";
      super({ kind: "credential-unavailable", message: [title, ...first].join("\n") });
      this.#errors = [...first];
    } else {
      super(first as KeyfobErrorOptions);
      this.#errors = Array.isArray(second) ? [...second] : this.attempts.map(toUnavailable);
    }
  }

  /** The error of each credential. `inspect` does not see it, because the message tells the same. */
  // The type is that of the Azure SDK, whose users read the properties of each class of errors.
  get errors(): any[] {
    return !(#errors in this) || isInspecting() ? (undefined as never) : this.#errors;
  }
}

function toUnavailable({ credential, message }: Attempt): CredentialUnavailableError {
  const error = new CredentialUnavailableError({ kind: "credential-unavailable", message: `${credential}: ${message}` });
  // Its stack would be that of the chain.
  addHidden(error, { stack: String(error) });
  return error;
}

/** A request failed: no response, or a response that reports an error. */
export class RestError extends KeyfobError {
  static {
    setName(this, "RestError");
  }
}

export interface WrongTypeError extends ErrorFields {}

/** An argument of the wrong type: a `TypeError` with the properties of a `KeyfobError` of kind `invalid-argument`. */
export class WrongTypeError extends TypeError {
  static {
    // What prints an error prints the name of its class.
    Object.defineProperty(this, "name", { value: "TypeError" });
  }

  constructor(message: string, hint?: string) {
    super(errorText({ message, hint }));
    const stack = callerStack(this.stack);
    const absent = { statusCode: undefined, response: undefined, code: undefined, retryAfterInSeconds: undefined };
    addHidden(this, { kind: "invalid-argument", hint, attempts: [], details: {}, ...absent, stack });
  }
}

const ERROR_CLASSES: Partial<Record<ErrorKind, new (options: KeyfobErrorOptions) => KeyfobError>> = {
  "authentication-failed": AuthenticationError,
  "not-found": RestError,
  forbidden: RestError,
  conflict: RestError,
  throttled: RestError,
  "timed-out": RestError,
  "denied-by-host": RestError,
  transport: RestError,
  "unexpected-reply": RestError,
  service: RestError,
};

/** @internal In the Azure SDK, a call that does not end within the timeout of its options was aborted. The class stays. */
export function nameTimeout(error: unknown, timeout: number | undefined): unknown {
  if (timeout === undefined || !(error instanceof RestError) || error.kind !== "timed-out") return error;
  addHidden(error, { name: "AbortError", stack: error.stack?.replace(/^RestError/, "AbortError") });
  return error;
}

/** @internal Converts an error of the component. If it was the token that failed, the error is one of the two of the Azure SDK. */
export function fromComponent(error: AzureError, isTokenFailure = isOfToken(error)): KeyfobError {
  // A chain continues after a credential that does not exist in a component, too.
  if (error.kind === "credential-unavailable" || (isTokenFailure && error.kind === "unsupported")) {
    return new (error.attempts.length > 0 ? AggregateAuthenticationError : CredentialUnavailableError)(error);
  }
  if (isTokenFailure) return new AuthenticationError(error);
  return new (ERROR_CLASSES[error.kind] ?? KeyfobError)(error);
}

/** @internal Whether the fields of an error show that it was the token that failed: only chains and identity endpoints set these. */
export function isOfToken({ attempts, details }: AzureError): boolean {
  if (details.some(([name, value]) => name === "step" && value === "get-token")) return true;
  const names = details.map(([name]) => name);
  return attempts.length > 0 || (names.includes("source") && !names.includes("credential"));
}
