import type { AbortSignalLike } from "./abort.js";
import type { AccessToken, TokenCredential } from "./base-credential.js";
import { nextResourceId, dropWithOwner } from "./resources.js";
import { knownVariables } from "./environment.js";
import { componentWorker } from "./component-worker.js";
import type { CredentialSpec } from "./protocol.js";

/** A token that ends so soon is replaced first. */
const REFRESH_MARGIN_MS = 120_000;

/**
 * A credential of somebody else's, such as one of `@azure/identity`. It can't be called from inside the component, so its
 * token is fetched before a call, handed over, and replaced when it is due.
 */
export class ExternalCredential {
  readonly spec: CredentialSpec;
  readonly #credential: TokenCredential;
  #token: AccessToken | undefined;

  constructor(credential: TokenCredential) {
    this.#credential = credential;
    const env = knownVariables(process.env);
    this.spec = { id: nextResourceId(), create: "staticToken", args: ["", 0n], options: [], sources: [], env, directories: [] };
    dropWithOwner(this, this.spec.id);
  }

  /** Hands over a token that is good for the next call. */
  async prepare(scope: string, abortSignal: AbortSignalLike | undefined): Promise<void> {
    const refreshAt = this.#token?.refreshAfterTimestamp ?? (this.#token?.expiresOnTimestamp ?? 0) - REFRESH_MARGIN_MS;
    if (refreshAt > Date.now()) return;
    const token = await this.#credential.getToken(scope, abortSignal === undefined ? {} : { abortSignal });
    if (typeof token?.token !== "string" || !Number.isFinite(token.expiresOnTimestamp)) {
      throw new TypeError("the credential's getToken gave no token with its expiresOnTimestamp (milliseconds since 1970)");
    }
    this.#token = token;
    const args: [string, bigint] = [token.token, BigInt(Math.floor(token.expiresOnTimestamp / 1000))];
    this.spec.args = args;
    await componentWorker.run("setToken", [this.spec, ...args], abortSignal);
  }

  /** The vault did not like the token: the next call begins with another. */
  forget(): void {
    this.#token = undefined;
  }
}
