import type { AbortSignalLike } from "./abort.js";
import type { Candidate } from "./component/interfaces/keyfob-azure-identity.js";
import { toWholeNumber } from "./validate.js";
import { dropNow, nextResourceId, dropWithOwner } from "./resources.js";
import { toOptionValues } from "./option-values.js";
import { knownVariables, readableDirectories, type Environment } from "./environment.js";
import { componentWorker } from "./component-worker.js";
import type { CredentialConstructor, CredentialSpec, OptionValues } from "./protocol.js";
import { toJavaScriptTerms } from "./messages.js";

export type { Candidate };

/** A token, as the Azure SDK has it, and who gave it. */
export interface AccessToken {
  /** The token itself. Treat it as a secret. */
  token: string;
  /** When it ends, in milliseconds since 1970. */
  expiresOnTimestamp: number;
  /** When to ask for the next one, in milliseconds since 1970, where that is known. */
  refreshAfterTimestamp?: number;
  tokenType?: "Bearer" | "pop";
}

/** A token of one of our credentials. */
export interface KeyfobAccessToken extends AccessToken {
  /** The credential that gave it, by its class name. */
  credential: string;
  /** Where that credential got it: `App Service`, `IMDS`, `Microsoft Entra ID`, … */
  source: string;
}

/** How a token is asked for, as in the Azure SDK. */
export interface GetTokenOptions {
  /** Calls the wait off. */
  abortSignal?: AbortSignalLike;
  /** A claims challenge as JSON text. */
  claims?: string;
  /** The tenant to ask, where it is not the credential's own. */
  tenantId?: string;
  /** The caller can handle claims challenges. */
  enableCae?: boolean;
  /** The limit of the whole call in milliseconds, 30,000 by default. */
  requestOptions?: { timeout?: number };
}

/** What gives tokens, here and in the Azure SDK. */
export interface TokenCredential {
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null>;
}

/** What every credential can be told. */
export interface CredentialOptions {
  /** The Microsoft Entra host; wins over `AZURE_AUTHORITY_HOST`. */
  authorityHost?: string;
  /** Lets the authority host be one that Keyfob does not know (AD FS, Azure Stack): secrets are then sent there. */
  disableInstanceDiscovery?: boolean;
  /** Tenants that the credential may ask besides its own; `*` is any. */
  additionallyAllowedTenants?: string[];
  /** The variables to go by instead of `process.env`. Either is read now, and only those that Keyfob knows. */
  env?: Environment;
}

/** A credential of this package. Making one never fails; what is wrong with it, `getToken` says. */
export abstract class KeyfobCredential implements TokenCredential {
  /** How the component makes it. @internal */
  readonly spec: CredentialSpec;

  /** @internal */
  protected constructor(
    create: CredentialConstructor,
    args: unknown[],
    options: CredentialOptions,
    ownOptions: OptionValues,
    files: (string | undefined)[] = [],
  ) {
    const env = knownVariables(options.env ?? process.env);
    const { authorityHost, disableInstanceDiscovery, additionallyAllowedTenants } = options;
    const common = toOptionValues({ authorityHost, disableInstanceDiscovery, additionallyAllowedTenant: additionallyAllowedTenants });
    const id = nextResourceId();
    this.spec = { id, create, args, options: [...common, ...ownOptions], sources: [], env, directories: readableDirectories(env, ...files) };
    dropWithOwner(this, id);
  }

  /** A token for the scopes, such as `https://vault.azure.net/.default`; from memory while it is fresh. */
  async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<KeyfobAccessToken> {
    const { abortSignal, claims, tenantId, enableCae, requestOptions } = options;
    const tokenOptions = toOptionValues({ claims, tenantId, enableCae, timeout: toWholeNumber("timeout", requestOptions?.timeout) });
    const token = await componentWorker.run("getToken", [this.spec, [scopes].flat(), tokenOptions], abortSignal);
    return {
      token: token.token,
      expiresOnTimestamp: Number(token.expiresOn) * 1000,
      ...(token.refreshOn !== undefined && { refreshAfterTimestamp: Number(token.refreshOn) * 1000 }),
      tokenType: "Bearer",
      credential: token.credential,
      source: token.source,
    };
  }

  /** What `getToken` would try, in this order, told from options and variables alone. */
  async explain(): Promise<Candidate[]> {
    const candidates = await componentWorker.run("explain", [this.spec]);
    return candidates.map(({ hint, ...candidate }) => ({
      ...candidate,
      message: toJavaScriptTerms(candidate.message),
      ...(hint !== undefined && { hint: toJavaScriptTerms(hint) }),
    }));
  }

  /** Ends it now instead of when it is collected. The clients that were made from it go on. */
  close(): void {
    dropNow(this, this.spec.id);
  }
}
