import { KeyfobCredential, createAccessToken, specOf } from "./base-credential.js";
import type { Candidate, GetTokenOptions, KeyfobAccessToken, TokenCredential, TokenSteps } from "./base-credential.js";
import { DefaultAzureCredential } from "./credentials.js";
import { AggregateAuthenticationError, CredentialUnavailableError, KeyfobError, type Attempt } from "./errors.js";
import { checkToken } from "./external-credential.js";
import { original } from "./original.js";
import { OWN_SOURCE, classNameOf } from "./own-credential.js";
import { property, wrongType } from "./validate.js";

/**
 * Tries credentials in this order. Continues after one that is unavailable, and stops at one that fails. They may be credentials of
 * this package, of `@azure/identity`, or the program's own.
 */
export class ChainedTokenCredential extends KeyfobCredential {
  readonly #sources: readonly TokenCredential[];

  /** A `DefaultAzureCredential` is a chain too, as in the Azure SDK. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const isDefault = this === ChainedTokenCredential && value instanceof DefaultAzureCredential;
    return isDefault || Function.prototype[Symbol.hasInstance].call(this, value);
  }

  constructor(...sources: TokenCredential[]) {
    if (sources.length === 0) {
      throw new KeyfobError({ kind: "invalid-argument", message: "ChainedTokenCredential: at least one credential is required" });
    }
    const specs = sources.flatMap((source, index) => {
      if (typeof property(`sources[${index}]`, source ?? null, "getToken") !== "function") {
        throw wrongType(`sources[${index}]`, source, "an object with getToken");
      }
      return specOf(source) ?? [];
    });
    // The component can't call a credential of the program, so such a chain is tried here.
    const isMixed = specs.length < sources.length;
    super({ create: "chained", sources: specs, getToken: isMixed ? (...args) => tryInOrder(sources, ...args) : undefined });
    this.#sources = sources;
  }

  /** What `getToken` would try, in this order. It can't tell whether a credential of the program is available. */
  override async explain(): Promise<Candidate[]> {
    if (specOf(original(this)) !== undefined) return super.explain();
    const explained = original(this).#sources.map((source) => (source instanceof KeyfobCredential ? source.explain() : [ownCandidate(source)]));
    return (await Promise.all(explained)).flat();
  }

  /** Closes the credentials of the chain too. */
  override close(): void {
    for (const source of original(this).#sources as readonly { close?: unknown }[]) {
      if (typeof source.close === "function") source.close();
    }
    super.close();
  }
}

function ownCandidate(source: TokenCredential): Candidate {
  return { credential: classNameOf(source), readiness: "unproven", message: OWN_SOURCE, variables: [], details: [] };
}

/** The token of the first credential that returns one, by the rules of the Azure SDK. */
async function tryInOrder(
  sources: readonly TokenCredential[],
  scopes: string | string[],
  options: GetTokenOptions,
  { within }: TokenSteps,
): Promise<KeyfobAccessToken> {
  const errors: Error[] = [];
  const attempts: Attempt[] = [];
  for (const source of sources) {
    const credential = classNameOf(source);
    try {
      const answer = await within(Promise.resolve(source.getToken(scopes, options)));
      if (answer !== null && answer !== undefined) return toKeyfobToken(answer, credential);
      attempts.push({ credential, outcome: "unavailable", message: "its getToken returned no token" });
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      errors.push(error);
      attempts.push(...attemptsOf(error, credential));
    }
  }
  const hint = errors.find((error): error is KeyfobError => error instanceof KeyfobError && error.hint !== undefined)?.hint;
  throw new AggregateAuthenticationError(
    { kind: "credential-unavailable", message: "ChainedTokenCredential: no credential of the chain is available", hint, attempts },
    errors,
  );
}

/** By its name, as in the Azure SDK: an error of another package is of another class. */
function isUnavailable(error: unknown): error is Error {
  const name = error instanceof Error ? error.name : "";
  return error instanceof CredentialUnavailableError || name === "CredentialUnavailableError" || name === "AuthenticationRequiredError";
}

function attemptsOf(error: Error, credential: string): Attempt[] {
  if (error instanceof KeyfobError && error.attempts.length > 0) return [...error.attempts];
  const [message = ""] = error.message.split("\n", 1);
  return [{ credential, outcome: "unavailable", message }];
}

function toKeyfobToken(answer: object, credential: string): KeyfobAccessToken {
  const { credential: from, source } = answer as Partial<KeyfobAccessToken>;
  const isOurs = typeof from === "string" && typeof source === "string";
  return createAccessToken({ ...checkToken(answer), credential: isOurs ? from : credential, source: isOurs ? source : OWN_SOURCE });
}
