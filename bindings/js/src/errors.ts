import type { Attempt, AzureError, ErrorKind } from "./component/interfaces/keyfob-azure-types.js";
import { toJavaScriptTerms } from "./messages.js";

export type { Attempt, ErrorKind };

/** What is known of a failure. */
export interface KeyfobErrorOptions {
  kind: ErrorKind;
  /** What was tried, with which identity and where its id came from, and what Azure answered. */
  message: string;
  /** What to change. */
  hint?: string | undefined;
  /** Every credential that was tried, in order. */
  attempts?: Attempt[];
  /** The HTTP status of the answer that decided. */
  status?: number | undefined;
  /** The service's own code, such as `ForbiddenByRbac`. */
  code?: string | undefined;
  /** The delay that the service asked for, in seconds. */
  retryAfter?: bigint | undefined;
  /** More names and values: `x-ms-request-id`, `source`, `client-id`, … */
  details?: [name: string, value: string][];
}

/** Every failure of this package. The classes below have the names of those of the Azure SDK. */
export class KeyfobError extends Error {
  override name = "KeyfobError";
  /** What went wrong, to match on. */
  readonly kind: ErrorKind;
  /** What to change, in concrete words, where that is known. The message ends with it. */
  readonly hint: string | undefined;
  /** Every credential that was tried, in order. */
  readonly attempts: readonly Attempt[];
  /** The HTTP status of the answer that decided. */
  readonly statusCode: number | undefined;
  /** The service's own code: `AADSTS7000215`, `ForbiddenByRbac`, `SecretNotFound`, … */
  readonly code: string | undefined;
  /** The delay that the service asked for, in seconds. */
  readonly retryAfterInSeconds: number | undefined;
  /** More names and values: `x-ms-request-id`, `source`, `client-id`, … */
  readonly details: Readonly<Record<string, string>>;

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

/** No credential could be used here; a chain of the Azure SDK goes on to its next one. */
export class CredentialUnavailableError extends KeyfobError {
  override name = "CredentialUnavailableError";
}

/** A credential was usable and was refused, or its endpoint failed. */
export class AuthenticationError extends KeyfobError {
  override name = "AuthenticationError";
  /** As in the Azure SDK. */
  readonly errorResponse: { error: string; errorDescription: string };

  constructor(options: KeyfobErrorOptions) {
    super(options);
    this.errorResponse = { error: options.code ?? options.kind, errorDescription: options.message };
  }
}

/** No credential of a chain could be used. */
export class AggregateAuthenticationError extends CredentialUnavailableError {
  override name = "AggregateAuthenticationError";
  /** What each of them said. */
  readonly errors: readonly CredentialUnavailableError[];

  constructor(options: KeyfobErrorOptions) {
    super(options);
    this.errors = this.attempts.map(
      ({ credential, message }) =>
        new CredentialUnavailableError({ kind: "credential-unavailable", message: `${credential}: ${message}` }),
    );
  }
}

/** A vault, or what gives tokens, was asked and did not do it, or could not be asked. */
export class RestError extends KeyfobError {
  override name = "RestError";
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

/** The error of the component's as one of ours. */
export function fromComponent(source: AzureError): KeyfobError {
  const attempts = source.attempts.map((attempt) => ({ ...attempt, message: toJavaScriptTerms(attempt.message) }));
  const error = { ...source, message: toJavaScriptTerms(source.message), hint: source.hint && toJavaScriptTerms(source.hint), attempts };
  if (error.kind === "credential-unavailable") {
    return new (error.attempts.length > 1 ? AggregateAuthenticationError : CredentialUnavailableError)(error);
  }
  return new (ERROR_CLASSES[error.kind] ?? KeyfobError)(error);
}
