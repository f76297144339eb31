import type { AbortSignalLike } from "./abort.js";
import type { AccessToken, TokenCredential } from "./base-credential.js";
import { componentWorker } from "./component-worker.js";
import { knownVariables } from "./environment.js";
import type { CredentialSpec } from "./protocol.js";
import { dropWithOwner, nextResourceId } from "./resources.js";

/** A token is replaced so long before it expires, if it has no `refreshAfterTimestamp`. */
const REFRESH_MARGIN_MS = 120_000;

/**
 * A credential of another package, such as `@azure/identity`. The component can't call it, because the worker can't wait for a
 * promise of this thread. So its token is fetched before a call, and handed to a static-token credential of the component.
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

  /** Hands over a new token if the last one is due for a refresh. Throws what `getToken` throws. */
  async prepare(scope: string, abortSignal: AbortSignalLike | undefined): Promise<void> {
    const refreshAt = this.#token?.refreshAfterTimestamp ?? (this.#token?.expiresOnTimestamp ?? 0) - REFRESH_MARGIN_MS;
    if (refreshAt > Date.now()) return;
    const token = await this.#credential.getToken(scope, abortSignal === undefined ? {} : { abortSignal });
    if (typeof token?.token !== "string" || !Number.isFinite(token.expiresOnTimestamp)) {
      throw new TypeError("the credential's getToken must return token (a string) and expiresOnTimestamp (milliseconds since 1970)");
    }
    this.#token = token;
    const args: [string, bigint] = [token.token, BigInt(Math.floor(token.expiresOnTimestamp / 1000))];
    // The worker makes the credential from these if it has not been made yet, and after a crash.
    this.spec.args = args;
    await componentWorker.run("setToken", [this.spec, ...args], abortSignal);
  }

  /** The vault rejected the token: the next call gets a new one. */
  forget(): void {
    this.#token = undefined;
  }
}
