import { abortSignalOption, type AbortSignalLike } from "./abort.js";
import type { AccessToken as ComponentToken, Candidate } from "./component/interfaces/keyfob-azure-identity.js";
import { knownVariables, readableDirectories, type Environment } from "./environment.js";
import { toOptionValues } from "./option-values.js";
import type { CredentialConstructor, CredentialSpec, OptionValues } from "./protocol.js";
import { showOnly, withSecret } from "./redact.js";
import { dropNow, dropWithOwner, nextResourceId } from "./resources.js";
import { checkOptions, flag, property, text, texts, timeoutOption } from "./validate.js";
import { workerFor } from "./workers.js";

export type { Candidate };

/** A token, as in the Azure SDK. */
export interface AccessToken {
  /** The token itself. Treat it as a secret. */
  token: string;
  /** When it expires, in milliseconds since 1970. */
  expiresOnTimestamp: number;
  /** When to get a new one, in milliseconds since 1970, if that is known. */
  refreshAfterTimestamp?: number;
  tokenType?: "Bearer" | "pop";
}

/** A token of a credential of this package. Printing it, or making JSON of it, leaves `token` out. */
export interface KeyfobAccessToken extends AccessToken {
  /** The class name of the credential that got it. */
  credential: string;
  /** Where that credential got it from: `App Service`, `IMDS`, `Microsoft Entra ID`, … */
  source: string;
}

/** Options of `getToken`, as in the Azure SDK. */
export interface GetTokenOptions {
  /** Aborts the call. */
  abortSignal?: AbortSignalLike;
  /** A claims challenge, as JSON. */
  claims?: string;
  /** A tenant other than the credential's own. */
  tenantId?: string;
  /** The caller handles claims challenges (Continuous Access Evaluation). */
  enableCae?: boolean;
  /** The timeout of the whole call in milliseconds, 30,000 by default. */
  requestOptions?: { timeout?: number };
}

/** A credential of this package, of `@azure/identity`, or your own. */
export interface TokenCredential {
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null>;
}

/** Options of every credential. */
export interface CredentialOptions {
  /** The Microsoft Entra host; takes precedence over `AZURE_AUTHORITY_HOST`. */
  authorityHost?: string;
  /** Accepts an authority host that Keyfob does not know (AD FS, Azure Stack). The credential's secrets are sent to it. */
  disableInstanceDiscovery?: boolean;
  /** Tenants besides its own that the credential may get tokens from; `*` is any. */
  additionallyAllowedTenants?: string[];
  /** The environment variables to use instead of `process.env`. They are copied when the credential is made. */
  env?: Environment;
}

/** The token of `getToken`. */
function toAccessToken({ token, expiresOn, refreshOn, credential, source }: ComponentToken): KeyfobAccessToken {
  return withSecret("AccessToken", "token", token, {
    expiresOnTimestamp: Number(expiresOn) * 1000,
    ...(refreshOn !== undefined && { refreshAfterTimestamp: Number(refreshOn) * 1000 }),
    tokenType: "Bearer" as const,
    credential,
    source,
  });
}

/** @internal Returns how the component makes a credential of this package; `undefined` for any other object. */
export let specOf: (credential: object) => CredentialSpec | undefined;

/** The base class of this package's credentials. `getToken` reports what is missing or wrong in their configuration. */
export abstract class KeyfobCredential implements TokenCredential {
  readonly #spec: CredentialSpec;

  static {
    specOf = (credential) => (#spec in credential ? credential.#spec : undefined);
  }

  /** @internal */
  protected constructor(
    create: CredentialConstructor,
    args: unknown[],
    options: CredentialOptions,
    ownOptions: OptionValues,
    files: (string | undefined)[] = [],
    sources: CredentialSpec[] = [],
  ) {
    const env = knownVariables((property("options", options, "env") as Environment | null | undefined) ?? process.env);
    const { authorityHost, disableInstanceDiscovery, additionallyAllowedTenants } = checkOptions(options, {
      authorityHost: text,
      disableInstanceDiscovery: flag,
      additionallyAllowedTenants: texts,
    });
    const common = toOptionValues({ authorityHost, disableInstanceDiscovery, additionallyAllowedTenant: additionallyAllowedTenants });
    const id = nextResourceId();
    const directories = [...new Set([...readableDirectories(env, ...files), ...sources.flatMap((source) => source.directories)])];
    this.#spec = { id, create, args, options: [...common, ...ownOptions], sources, env, directories };
    dropWithOwner(this, id);
  }

  /** Gets a token for scopes such as `https://vault.azure.net/.default`, from the cache if it holds one. Throws a `KeyfobError`. */
  async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<KeyfobAccessToken> {
    const scopeList = typeof scopes === "string" ? [text("scopes", scopes)] : texts("scopes", scopes);
    const tokenOptions = toOptionValues(checkOptions(options, { claims: text, tenantId: text, enableCae: flag }));
    const token = await workerFor(this.#spec).run("getToken", [this.#spec, scopeList, tokenOptions], {
      signal: abortSignalOption(options),
      timeout: timeoutOption(options),
      defaultTimeout: defaultTimeout(this.#spec),
    });
    return toAccessToken(token);
  }

  /** What `getToken` would try, in this order. Looks at options and variables only, and sends nothing. */
  async explain(): Promise<Candidate[]> {
    const candidates = await workerFor(this.#spec).run("explain", [this.#spec], { defaultTimeout: defaultTimeout(this.#spec) });
    return candidates.map(({ hint, ...candidate }) => ({ ...candidate, ...(hint !== undefined && { hint }) }));
  }

  /** Frees its memory in the component now instead of when it is garbage-collected. Clients that use it keep working. */
  close(): void {
    dropNow(this.#spec.id);
  }
}

showOnly(KeyfobCredential, () => ({}));

/** @internal The component's timeout of a call in milliseconds, if the call has none of its own. */
export function defaultTimeout({ create, sources, env }: CredentialSpec): number {
  // A chain of one credential behaves like that credential.
  const [only, ...others] = sources;
  if (only !== undefined && others.length === 0) return defaultTimeout(only);
  const chosen = env.find(([name]) => name === "AZURE_TOKEN_CREDENTIALS")?.[1].toLowerCase();
  const isManagedIdentity = create === "managedIdentity" || (create === "defaultAzure" && chosen === "managedidentitycredential");
  return isManagedIdentity ? 100_000 : 30_000;
}
