import type { Attempt, AzureError, ErrorKind } from "./component/interfaces/keyfob-azure-types.js";

export type { Attempt, ErrorKind };

/** What a `KeyfobError` is made from. */
export interface KeyfobErrorOptions {
  kind: ErrorKind;
  /** What was tried, with which identity, where its id came from, and what Azure answered. */
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
}

/** The base class of this package's errors. The classes below have the names of those in the Azure SDK. */
export class KeyfobError extends Error {
  override name = "KeyfobError";
  /** The category of the error, for `switch`. */
  readonly kind: ErrorKind;
  /** How to fix it, if that is known. The message ends with it. */
  readonly hint: string | undefined;
  /** The credentials that were tried, in order. */
  readonly attempts: readonly Attempt[];
  /** The HTTP status of the response that caused the error. */
  readonly statusCode: number | undefined;
  /** The service's own code: `AADSTS7000215`, `ForbiddenByRbac`, `SecretNotFound`, … */
  readonly code: string | undefined;
  /** The `Retry-After` of the response, in seconds. */
  readonly retryAfterInSeconds: number | undefined;
  /** More information by name: `x-ms-request-id`, `source`, `client-id`, … */
  readonly details: Readonly<Record<string, string>>;

  /** A `WrongTypeError` is a `TypeError`, and counts as a `KeyfobError` too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(this, value) || (this === KeyfobError && value instanceof WrongTypeError);
  }

  constructor(options: KeyfobErrorOptions) {
    super(options.hint === undefined ? options.message : `${options.message}\n\nhint: ${options.hint}`);
    this.kind = options.kind;
    this.hint = options.hint;
    this.attempts = options.attempts ?? [];
    this.statusCode = options.status;
    this.code = options.code;
    this.retryAfterInSeconds = options.retryAfter === undefined ? undefined : Number(options.retryAfter);
    this.details = Object.fromEntries(options.details ?? []);
  }
}

/** The credential can't be used in this environment. The Azure SDK's `ChainedTokenCredential` continues with its next credential. */
export class CredentialUnavailableError extends KeyfobError {
  override name = "CredentialUnavailableError";
}

/** The credential is configured, but its token request was rejected or failed. */
export class AuthenticationError extends KeyfobError {
  override name = "AuthenticationError";
  /** The OAuth error, as in the Azure SDK. */
  readonly errorResponse: { error: string; errorDescription: string };

  constructor(options: KeyfobErrorOptions) {
    super(options);
    this.errorResponse = { error: options.code ?? options.kind, errorDescription: options.message };
  }
}

/** No credential of a chain can be used in this environment. */
export class AggregateAuthenticationError extends CredentialUnavailableError {
  override name = "AggregateAuthenticationError";
  /** The error of each credential. */
  readonly errors: readonly CredentialUnavailableError[];

  constructor(options: KeyfobErrorOptions) {
    super(options);
    this.errors = this.attempts.map(
      ({ credential, message }) =>
        new CredentialUnavailableError({ kind: "credential-unavailable", message: `${credential}: ${message}` }),
    );
  }
}

/** A request failed: no response, or a response that reports an error. */
export class RestError extends KeyfobError {
  override name = "RestError";
}

/** An argument of the wrong type: a `TypeError` with the properties of a `KeyfobError` of kind `invalid-argument`. */
export class WrongTypeError extends TypeError {
  override name = "TypeError";
  readonly kind: ErrorKind = "invalid-argument";
  readonly hint: string | undefined;
  readonly attempts: readonly Attempt[] = [];
  readonly statusCode: number | undefined = undefined;
  readonly code: string | undefined = undefined;
  readonly retryAfterInSeconds: number | undefined = undefined;
  readonly details: Readonly<Record<string, string>> = {};

  constructor(message: string, hint?: string) {
    super(hint === undefined ? message : `${message}\n\nhint: ${hint}`);
    this.hint = hint;
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

/** Converts an error of the component. */
export function fromComponent(error: AzureError): KeyfobError {
  if (error.kind === "credential-unavailable") {
    return new (error.attempts.length > 1 ? AggregateAuthenticationError : CredentialUnavailableError)(error);
  }
  return new (ERROR_CLASSES[error.kind] ?? KeyfobError)(error);
}
