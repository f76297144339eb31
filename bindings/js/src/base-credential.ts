import { abortSignalOption, type AbortSignalLike } from "./abort.js";
import type { AccessToken as ComponentToken, Candidate } from "./component/interfaces/keyfob-azure-identity.js";
import { knownVariables, readableDirectories, type Environment } from "./environment.js";
import { withinTime } from "./external-credential.js";
import { toOptionValues } from "./option-values.js";
import { keepOriginal, original } from "./original.js";
import type { CredentialConstructor, CredentialSpec, OptionValues } from "./protocol.js";
import { showOnly, withSecret } from "./redact.js";
import { dropNow, dropWithOwner, nextResourceId } from "./resources.js";
import { refuseCallOptions, refusePipelineOptions, type PipelineOptions } from "./sdk-options.js";
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
  /** No effect: there is no tracing. */
  tracingOptions?: object;
  /** Refused: tokens are bearer tokens. */
  proofOfPossessionOptions?: object;
}

/** A credential of this package, of `@azure/identity`, or your own. */
export interface TokenCredential {
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null>;
}

/** Options of every credential, as in the Azure SDK. */
export interface TokenCredentialOptions extends PipelineOptions {
  /** The Microsoft Entra host; takes precedence over `AZURE_AUTHORITY_HOST`. */
  authorityHost?: string;
}

/** Options of a credential that may get tokens of several tenants, as in the Azure SDK. */
export interface MultiTenantTokenCredentialOptions extends TokenCredentialOptions {
  /** Tenants besides its own that the credential may get tokens from; `*` is any. */
  additionallyAllowedTenants?: string[];
}

/** How the authority is checked, as in the Azure SDK. */
export interface AuthorityValidationOptions {
  /** Accepts an authority host that Keyfob does not know (AD FS, Azure Stack). The credential's secrets are sent to it. */
  disableInstanceDiscovery?: boolean;
}

/** Options of every credential of this package. */
export interface CredentialOptions extends MultiTenantTokenCredentialOptions, AuthorityValidationOptions {
  /** The environment variables to use instead of `process.env`. They are copied when the credential is made. */
  env?: Environment;
}

/** @internal What a credential with parts of the program's own uses, within the time of the call. */
export interface TokenSteps {
  /** Gets the token of a client-assertion credential. */
  withAssertion(assertion: string): Promise<KeyfobAccessToken>;
  /** The result of a function of the program. What it is called is for the error. */
  within<T>(result: Promise<T>, what?: string): Promise<T>;
}

/** @internal How a credential with parts of the program's own gets a token. */
export type ProgramGetToken = (scopes: string | string[], options: GetTokenOptions, steps: TokenSteps) => Promise<KeyfobAccessToken>;

/** @internal How a class makes its credential. */
export interface CredentialArguments {
  create: CredentialConstructor;
  args?: unknown[];
  /** The options of the caller. */
  options?: CredentialOptions | undefined;
  /** Those of them that only this class has, as the component takes them. */
  ownOptions?: OptionValues;
  /** The files that the credential reads. */
  files?: (string | undefined)[];
  /** The credentials of a chain. */
  sources?: CredentialSpec[];
  /** Set if the component alone can't get the token. */
  getToken?: ProgramGetToken | undefined;
}

/** The token of `getToken`. */
function toAccessToken({ token, expiresOn, refreshOn, credential, source }: ComponentToken): KeyfobAccessToken {
  const refreshAfterTimestamp = refreshOn === undefined ? undefined : Number(refreshOn) * 1000;
  return createAccessToken({ token, expiresOnTimestamp: Number(expiresOn) * 1000, refreshAfterTimestamp, credential, source });
}

/** @internal A token that is not printed. */
export function createAccessToken(parts: {
  token: string;
  expiresOnTimestamp: number;
  refreshAfterTimestamp?: number | undefined;
  credential: string;
  source: string;
}): KeyfobAccessToken {
  const { token, expiresOnTimestamp, refreshAfterTimestamp, credential, source } = parts;
  return withSecret("AccessToken", "token", token, {
    expiresOnTimestamp,
    ...(refreshAfterTimestamp !== undefined && { refreshAfterTimestamp }),
    tokenType: "Bearer" as const,
    credential,
    source,
  });
}

/**
 * @internal Returns how the component makes a credential of this package. It is `undefined` for any other object, and for a credential
 * whose token the component does not get: a class of the program's own that replaces `getToken`, or a mock.
 */
export let specOf: (credential: object) => CredentialSpec | undefined;

/** @internal The environment of a credential's options. */
export function environmentOf(options: unknown): Environment {
  return (property("options", options, "env") as Environment | null | undefined) ?? process.env;
}

/** The base class of this package's credentials. `getToken` reports what is missing or wrong in their configuration. */
export abstract class KeyfobCredential implements TokenCredential {
  readonly #spec: CredentialSpec;
  readonly #getToken: ProgramGetToken | undefined;

  static {
    const { getToken } = this.prototype;
    specOf = (credential) =>
      #spec in credential && credential.#getToken === undefined && credential.getToken === getToken ? credential.#spec : undefined;
  }

  /** @internal */
  protected constructor({ create, args = [], options = {}, ownOptions = [], files = [], sources = [], getToken }: CredentialArguments) {
    refusePipelineOptions(options);
    const env = knownVariables(environmentOf(options));
    const { authorityHost, disableInstanceDiscovery, additionallyAllowedTenants } = checkOptions(options, {
      authorityHost: text,
      disableInstanceDiscovery: flag,
      additionallyAllowedTenants: texts,
    });
    const common = toOptionValues({ authorityHost, disableInstanceDiscovery, additionallyAllowedTenant: additionallyAllowedTenants });
    const id = nextResourceId();
    const directories = [...new Set([...readableDirectories(env, ...files), ...sources.flatMap((source) => source.directories)])];
    this.#spec = { id, create, args, options: [...common, ...ownOptions], sources, env, directories };
    this.#getToken = getToken;
    keepOriginal(this);
    dropWithOwner(this, id);
  }

  /** Gets a token for scopes such as `https://vault.azure.net/.default`, from the cache if it holds one. Throws a `KeyfobError`. */
  async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<KeyfobAccessToken> {
    refuseCallOptions(options);
    const scopeList = typeof scopes === "string" ? [text("scopes", scopes)] : texts("scopes", scopes);
    const tokenOptions = toOptionValues(checkOptions(options, { claims: text, tenantId: text, enableCae: flag }));
    const [spec, getToken] = [original(this).#spec, original(this).#getToken];
    const [signal, timeout, usual] = [abortSignalOption(options), timeoutOption(options), defaultTimeout(spec)];
    const args: [CredentialSpec, string[], OptionValues] = [spec, scopeList, tokenOptions];
    const worker = workerFor(spec);
    if (getToken === undefined) return toAccessToken(await worker.run("getToken", args, { signal, timeout, defaultTimeout: usual }));
    const started = performance.now();
    const remaining = () => Math.max(1, Math.ceil((timeout ?? usual) - (performance.now() - started)));
    return getToken(scopes, options, {
      within: (result, what) => withinTime(result, signal, remaining(), what),
      withAssertion: async (assertion) => {
        const provided = { credential: spec, assertion };
        return toAccessToken(await worker.run("getToken", args, { signal, timeout: remaining(), callTimeout: timeout ?? usual, assertion: provided }));
      },
    });
  }

  /** What `getToken` would try, in this order. Looks at options and variables only, and sends nothing. */
  async explain(): Promise<Candidate[]> {
    const spec = original(this).#spec;
    const candidates = await workerFor(spec).run("explain", [spec], { defaultTimeout: defaultTimeout(spec) });
    return candidates.map(({ hint, ...candidate }) => ({ ...candidate, ...(hint !== undefined && { hint }) }));
  }

  /** Frees its memory in the component now instead of when it is garbage-collected. Clients that use it keep working. */
  close(): void {
    dropNow(original(this).#spec.id);
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
