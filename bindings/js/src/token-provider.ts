import { abortSignalOption, type AbortSignalLike } from "./abort.js";
import type { TokenCredential } from "./base-credential.js";
import { REFRESH_MARGIN_MS, checkToken, withinTime } from "./external-credential.js";
import { property, text, texts, wrongType } from "./validate.js";

/** Options of `getBearerTokenProvider`, as in the Azure SDK. */
export interface GetBearerTokenProviderOptions {
  /** Aborts the token requests. */
  abortSignal?: AbortSignalLike;
  /** No effect: there is no tracing. */
  tracingOptions?: object;
}

/** A function that returns a token for the scopes, for clients that take a function. The token is kept until it is due for a refresh. */
export function getBearerTokenProvider(
  credential: TokenCredential,
  scopes: string | string[],
  options: GetBearerTokenProviderOptions = {},
): () => Promise<string> {
  if (typeof property("credential", credential ?? null, "getToken") !== "function") {
    throw wrongType("credential", credential, "an object with getToken");
  }
  const wanted = typeof scopes === "string" ? text("scopes", scopes) : texts("scopes", scopes);
  const signal = abortSignalOption(options);
  let kept: { token: string; refreshAt: number } | undefined;
  let request: Promise<string> | undefined;

  async function requestToken(): Promise<string> {
    const answer = await withinTime(Promise.resolve(credential.getToken(wanted, { ...(signal && { abortSignal: signal }) })), signal, Infinity);
    const { token, expiresOnTimestamp, refreshAfterTimestamp } = checkToken(answer);
    kept = { token, refreshAt: refreshAfterTimestamp ?? expiresOnTimestamp - REFRESH_MARGIN_MS };
    return token;
  }

  return async () => {
    if (kept !== undefined && kept.refreshAt > Date.now()) return kept.token;
    // Calls at the same time share one request.
    request ??= requestToken().finally(() => (request = undefined));
    return request;
  };
}
