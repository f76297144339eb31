import { KeyfobCredential, type CredentialOptions, type GetTokenOptions, type KeyfobAccessToken } from "./base-credential.js";
import { required } from "./configuration.js";
import type { CredentialPersistenceOptions } from "./credentials.js";
import { REFRESH_MARGIN_MS } from "./external-credential.js";
import { text, wrongType } from "./validate.js";

export interface ClientAssertionCredentialOptions extends CredentialOptions, CredentialPersistenceOptions {}

/** The assertion that the component has before the first one of the program. It is a JWT without content, and never sent. */
const NO_ASSERTION = "e30.e30.none";

/** The most tokens that are kept, one for each set of scopes and tenant. */
const MAX_TOKENS = 16;

/** A service principal with an assertion that the program's function returns. It is called for each token request. */
export class ClientAssertionCredential extends KeyfobCredential {
  constructor(tenantId: string, clientId: string, getAssertion: () => Promise<string>, options: ClientAssertionCredentialOptions = {}) {
    const given = required("ClientAssertionCredential", { tenantId, clientId });
    if (typeof getAssertion !== "function") throw wrongType("getAssertion", getAssertion, "a function that returns the assertion");
    const tokens = new Map<string, KeyfobAccessToken>();
    super({
      create: "clientAssertion",
      args: [given.tenantId, given.clientId, NO_ASSERTION],
      options,
      getToken: async (scopes, tokenOptions, { within, withAssertion }) => {
        const key = toKey(scopes, tokenOptions);
        const cached = tokens.get(key);
        if (cached !== undefined && !tokenOptions.claims && refreshTime(cached) > Date.now()) return cached;
        const assertion = await within(Promise.resolve(getAssertion()), "getAssertion");
        const token = await withAssertion(text("the result of getAssertion", assertion));
        tokens.delete(key);
        tokens.set(key, token);
        const oldest = tokens.keys().next().value;
        if (tokens.size > MAX_TOKENS && oldest !== undefined) tokens.delete(oldest);
        return token;
      },
    });
  }
}

function toKey(scopes: string | string[], { tenantId, enableCae }: GetTokenOptions): string {
  return JSON.stringify([typeof scopes === "string" ? [scopes] : scopes, tenantId ?? "", enableCae === true]);
}

function refreshTime({ refreshAfterTimestamp, expiresOnTimestamp }: KeyfobAccessToken): number {
  return refreshAfterTimestamp ?? expiresOnTimestamp - REFRESH_MARGIN_MS;
}
