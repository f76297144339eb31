import type { Attempt, AzureError, ErrorKind } from "./component/interfaces/keyfob-azure-types.js";
import { inOurWords } from "./messages.js";

export type { Attempt, ErrorKind };

/** What is known of a failure. */
export interface Failure {
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

  constructor(failure: Failure) {
    super(failure.hint === undefined ? failure.message : `${failure.message}\n\nhint: ${failure.hint}`);
    this.kind = failure.kind;
    this.hint = failure.hint;
    this.attempts = failure.attempts ?? [];
    this.statusCode = failure.status;
    this.code = failure.code;
    this.retryAfterInSeconds = failure.retryAfter === undefined ? undefined : Number(failure.retryAfter);
    this.details = Object.fromEntries(failure.details ?? []);
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

  constructor(failure: Failure) {
    super(failure);
    this.errorResponse = { error: failure.code ?? failure.kind, errorDescription: failure.message };
  }
}

/** No credential of a chain could be used. */
export class AggregateAuthenticationError extends CredentialUnavailableError {
  override name = "AggregateAuthenticationError";
  /** What each of them said. */
  readonly errors: readonly CredentialUnavailableError[];

  constructor(failure: Failure) {
    super(failure);
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

const CLASSES: Partial<Record<ErrorKind, new (failure: Failure) => KeyfobError>> = {
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
export function fromComponent(told: AzureError): KeyfobError {
  const attempts = told.attempts.map((attempt) => ({ ...attempt, message: inOurWords(attempt.message) }));
  const error = { ...told, message: inOurWords(told.message), hint: told.hint && inOurWords(told.hint), attempts };
  if (error.kind === "credential-unavailable") {
    return new (error.attempts.length > 1 ? AggregateAuthenticationError : CredentialUnavailableError)(error);
  }
  return new (CLASSES[error.kind] ?? KeyfobError)(error);
}
