import { isAborted, abortError, onAbort, type AbortSignalLike } from "./abort.js";
import type { AccessToken, TokenCredential } from "./base-credential.js";
import type { TokenTarget } from "./challenge.js";
import { knownVariables } from "./environment.js";
import { AuthenticationError } from "./errors.js";
import { classNameOf } from "./own-credential.js";
import type { CredentialSpec, ProvidedToken } from "./protocol.js";
import { dropWithOwner, nextResourceId } from "./resources.js";
import { property } from "./validate.js";

/** A token is replaced so long before it expires, if it has no `refreshAfterTimestamp`. */
export const REFRESH_MARGIN_MS = 120_000;

/** The most tokens that are kept, one for each scope and tenant. */
const MAX_TOKENS = 16;

/** The most characters of a token. A request with a longer one would be refused. */
const MAX_TOKEN_LENGTH = 65_536;

/** A token that has expired. With it the component sends its first request without a token, and the vault names the scope. */
const NO_TOKEN = "none";

/** How long the credential may take, and what aborts it. */
export interface TokenContext {
  signal: AbortSignalLike | undefined;
  /** In milliseconds. */
  timeout: number;
}

/**
 * A credential of another package, such as `@azure/identity`. The component can't call it, because the worker can't wait for a
 * promise of this thread. So its token is fetched before a call, and handed to a static-token credential of the component. Each
 * token is only used for the scope and the tenant that it was requested for.
 */
export class ExternalCredential {
  readonly #spec: CredentialSpec;
  readonly #credential: TokenCredential;
  readonly #tokens = new Map<string, AccessToken>();

  constructor(credential: TokenCredential) {
    this.#credential = credential;
    const env = knownVariables(process.env);
    this.#spec = { id: nextResourceId(), create: "staticToken", args: [NO_TOKEN, 0n], options: [], sources: [], env, directories: [] };
    dropWithOwner(this, this.#spec.id);
  }

  /** How the component makes its static-token credential. */
  get spec(): CredentialSpec {
    return this.#spec;
  }

  /** The program's object. */
  get credential(): TokenCredential {
    return this.#credential;
  }

  /** The name of its class. */
  get name(): string {
    return classNameOf(this.#credential);
  }

  /** What is handed over while the scope is not known. */
  noToken(): ProvidedToken {
    return { credential: this.#spec, token: NO_TOKEN, expiresOn: 0n, scope: undefined };
  }

  /** The token for a scope and a tenant; a new one if the last one is due for a refresh. Throws what `getToken` throws. */
  async token(target: TokenTarget, claims: string | undefined, context: TokenContext): Promise<ProvidedToken> {
    const key = toKey(target);
    const cached = claims === undefined ? this.#tokens.get(key) : undefined;
    const refreshAt = cached?.refreshAfterTimestamp ?? (cached?.expiresOnTimestamp ?? 0) - REFRESH_MARGIN_MS;
    const token = cached !== undefined && refreshAt > Date.now() ? cached : await this.#request(target, claims, context);
    this.#tokens.delete(key);
    this.#tokens.set(key, token);
    const oldest = this.#tokens.keys().next().value;
    if (this.#tokens.size > MAX_TOKENS && oldest !== undefined) this.#tokens.delete(oldest);
    const seconds = Math.floor(Math.min(token.expiresOnTimestamp, Number.MAX_SAFE_INTEGER) / 1000);
    return { credential: this.#spec, token: token.token, expiresOn: BigInt(Math.max(0, seconds)), scope: target.scope };
  }

  /** The vault rejected the token: the next call gets a new one. */
  forget(target: TokenTarget): void {
    this.#tokens.delete(toKey(target));
  }

  async #request({ scope, tenantId }: TokenTarget, claims: string | undefined, { signal, timeout }: TokenContext): Promise<AccessToken> {
    const options = {
      enableCae: true,
      ...(tenantId !== undefined && { tenantId }),
      ...(claims !== undefined && { claims }),
      ...(signal !== undefined && { abortSignal: signal }),
    };
    const asked = Promise.resolve(this.#credential.getToken(scope, options));
    const answer: unknown = await withinTime(asked, signal, timeout);
    return checkToken(answer);
  }
}

/** The token that a credential returned. Throws a `TypeError` for anything else. */
export function checkToken(answer: unknown): AccessToken {
  // Each property is read once, so that what is checked is what is used.
  const token = answer ? property("the token", answer, "token") : undefined;
  const expiresOnTimestamp = answer ? property("the token", answer, "expiresOnTimestamp") : undefined;
  const refresh = answer ? property("the token", answer, "refreshAfterTimestamp") : undefined;
  if (typeof token !== "string" || token.length > MAX_TOKEN_LENGTH || typeof expiresOnTimestamp !== "number" || !Number.isFinite(expiresOnTimestamp)) {
    throw new TypeError("the credential's getToken must return token (a string of at most 65,536 characters) and expiresOnTimestamp (milliseconds since 1970)");
  }
  return { token, expiresOnTimestamp, ...(typeof refresh === "number" && { refreshAfterTimestamp: refresh }) };
}

function toKey({ scope, tenantId }: TokenTarget): string {
  return `${tenantId ?? ""} ${scope}`;
}

/** The result of the program's own code, unless it takes too long or the call is aborted. */
export async function withinTime<T>(
  result: Promise<T>,
  signal: AbortSignalLike | undefined,
  timeout: number,
  what = "the getToken of the given credential",
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const ended = new Promise<never>((_, reject) => {
    const message = `${what} did not return within ${Math.ceil(timeout)} ms`;
    if (timeout !== Infinity) timer = setTimeout(() => reject(new AuthenticationError({ kind: "timed-out", message })), Math.min(timeout, 2_147_483_647));
    stop = onAbort(signal, () => reject(abortError()));
    if (isAborted(signal)) reject(abortError());
  });
  try {
    return await Promise.race([result, ended]);
  } finally {
    clearTimeout(timer);
    stop();
    // The loser's error has nobody to report it to.
    result.catch(() => {});
    ended.catch(() => {});
  }
}
