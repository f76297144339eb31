import type { AbortSignalLike } from "./abort.js";
import { KeyfobCredential, type TokenCredential } from "./base-credential.js";
import type {
  DeletedSecret as ComponentDeletedSecret,
  SecretProperties as ComponentSecretProperties,
} from "./component/interfaces/keyfob-azure-secrets.js";
import { componentWorker } from "./component-worker.js";
import { AuthenticationError, fromComponent } from "./errors.js";
import { ExternalCredential } from "./external-credential.js";
import { toOptionValues } from "./option-values.js";
import { createPagedIterator, type PagedAsyncIterableIterator } from "./paging.js";
import { Poller, type PollerOptions } from "./poller.js";
import type { ClientSpec, ListMethod, OptionValues } from "./protocol.js";
import { dropNow, dropWithOwner, nextResourceId } from "./resources.js";
import { toDeletedSecret, toReadSecret, toSecretProperties } from "./secret.js";
import type { DeletedSecret, KeyVaultSecret, ReadSecret, SecretProperties } from "./secret.js";
import { requireString, toUnixSeconds, toWholeNumber } from "./validate.js";
import type { Operations } from "./worker/operations.js";

/** Options of every call, as in the Azure SDK. */
export interface OperationOptions {
  /** Aborts the call, and its HTTP request. */
  abortSignal?: AbortSignalLike;
  /** The timeout of the whole call in milliseconds, 30,000 by default. It includes getting a token. */
  requestOptions?: { timeout?: number };
}

export interface SecretClientOptions {
  /** The API version of Key Vault, for an emulator that does not support the latest one. */
  serviceVersion?: string;
  /** Accepts a challenge for a resource outside of the vault's domain. Only for emulators. */
  disableChallengeResourceVerification?: boolean;
  /** Keeps secret values in memory. There is no cache by default. */
  cache?: {
    /** How long a value is returned without a request. */
    ttlInSeconds: number;
    /** How long after `ttlInSeconds` a value is still returned if the vault can't be reached. */
    staleIfErrorInSeconds?: number;
    /** The size of the cache, 100 secrets and 262,144 bytes by default. */
    limits?: { secrets: number; bytes: number };
  };
}

export interface GetSecretOptions extends OperationOptions {
  /** This version instead of the latest. */
  version?: string;
  /** The content type to convert the secret of a certificate to. */
  outContentType?: string;
  /** Reads from the vault, not from the cache. */
  bypassCache?: boolean;
}

export interface GetSecretsOptions extends GetSecretOptions {
  /** The most requests at the same time, 10 by default. */
  maxConcurrency?: number;
}

export interface UpdateSecretPropertiesOptions extends OperationOptions {
  contentType?: string;
  enabled?: boolean;
  readonly notBefore?: Date;
  readonly expiresOn?: Date;
  /** Replaces all tags; an empty object removes them. */
  tags?: Record<string, string>;
}

export type SetSecretOptions = UpdateSecretPropertiesOptions;

export type ListOptions = OperationOptions;

export type BeginOptions = OperationOptions & PollerOptions;

/** The scope for an external credential if the vault's domain is in no known cloud, such as that of an emulator. */
const PUBLIC_SCOPE = "https://vault.azure.net/.default";

/** The timeout of one poll. It is short because other calls wait for it: the component runs one call at a time. */
const POLL_TIMEOUT_MS = 2000n;

/** The secrets of one vault, with the methods of `SecretClient` of `@azure/keyvault-secrets`. */
export class SecretClient {
  /** The vault's URL. */
  readonly vaultUrl: string;
  readonly #credential: KeyfobCredential | ExternalCredential;
  readonly #spec: ClientSpec;
  #scope: string | undefined;

  /** Throws only if the URL is not a string; the first call checks the rest. */
  constructor(vaultUrl: string, credential: TokenCredential, options: SecretClientOptions = {}) {
    this.vaultUrl = requireString("the vault URL", vaultUrl, "Set the variable that it comes from, such as KEYVAULT_URL");
    this.#credential = credential instanceof KeyfobCredential ? credential : new ExternalCredential(credential);
    const id = nextResourceId();
    this.#spec = { id, vaultUrl, credential: this.#credential.spec, options: toClientOptions(options) };
    dropWithOwner(this, id);
  }

  /** Reads a secret. The name may also be the identifier of a secret or of a version. */
  async getSecret(name: string, options: GetSecretOptions = {}): Promise<ReadSecret> {
    return toReadSecret(await this.#run("getSecret", [this.#spec, requireString("the name", name), toGetOptions(options)], options));
  }

  /** Reads several secrets at the same time. The results are those of `Promise.allSettled`, in the order of the names. */
  async getSecrets(names: string[], options: GetSecretsOptions = {}): Promise<PromiseSettledResult<ReadSecret>[]> {
    const callOptions = [...toGetOptions(options), ...toOptionValues({ maxConcurrency: options.maxConcurrency })];
    const outcomes = await this.#run("getSecrets", [this.#spec, names, callOptions], options);
    return outcomes.map((outcome) =>
      outcome.tag === "ok"
        ? { status: "fulfilled", value: toReadSecret(outcome.val) }
        : { status: "rejected", reason: fromComponent(outcome.val) },
    );
  }

  /** Creates a secret, or a new version if the name exists. */
  async setSecret(name: string, value: string, options: SetSecretOptions = {}): Promise<KeyVaultSecret> {
    const args = [this.#spec, requireString("the name", name), requireString("the value", value), toSetOptions(options)] as const;
    const response = await this.#run("setSecret", [...args], options);
    return { name: response.name, value, properties: toSecretProperties(response) };
  }

  /** Updates the properties of a secret, not its value. An empty version means the latest one. */
  async updateSecretProperties(
    name: string,
    version: string,
    options: UpdateSecretPropertiesOptions = {},
  ): Promise<SecretProperties> {
    const callOptions = [...toSetOptions(options), ...toOptionValues({ version: version || undefined })];
    return toSecretProperties(await this.#run("updateSecretProperties", [this.#spec, name, callOptions], options));
  }

  /** Lists the properties of the latest version of every secret. */
  listPropertiesOfSecrets(options: ListOptions = {}): PagedAsyncIterableIterator<SecretProperties> {
    return this.#listProperties("listPropertiesOfSecrets", "", options);
  }

  /** Lists the properties of every version of a secret. */
  listPropertiesOfSecretVersions(
    name: string,
    options: ListOptions = {},
  ): PagedAsyncIterableIterator<SecretProperties> {
    return this.#listProperties("listPropertiesOfSecretVersions", name, options);
  }

  /** Lists the deleted secrets. */
  listDeletedSecrets(options: ListOptions = {}): PagedAsyncIterableIterator<DeletedSecret> {
    const nextPage: NextPage<ComponentDeletedSecret> = (listId, values) =>
      this.#run("nextDeletedPage", [this.#spec, listId, values], options);
    return this.#list(nextPage, options, toDeletedSecret);
  }

  /** Starts to delete a secret with all its versions. */
  beginDeleteSecret(name: string, options: BeginOptions = {}): Promise<Poller<DeletedSecret>> {
    const begin = (pollerId: number) => this.#run("beginDeleteSecret", [this.#spec, pollerId, name, toCallOptions(options)], options);
    return this.#begin(begin, options, toDeletedSecret);
  }

  /** Gets the properties of a deleted secret. */
  async getDeletedSecret(name: string, options: OperationOptions = {}): Promise<DeletedSecret> {
    return toDeletedSecret(await this.#run("getDeletedSecret", [this.#spec, name, toCallOptions(options)], options));
  }

  /** Starts to recover a deleted secret. */
  beginRecoverDeletedSecret(name: string, options: BeginOptions = {}): Promise<Poller<SecretProperties>> {
    const begin = (pollerId: number) =>
      this.#run("beginRecoverDeletedSecret", [this.#spec, pollerId, name, toCallOptions(options)], options);
    return this.#begin(begin, options, toSecretProperties);
  }

  /** Purges a deleted secret. It can't be recovered afterwards. */
  async purgeDeletedSecret(name: string, options: OperationOptions = {}): Promise<void> {
    await this.#run("purgeDeletedSecret", [this.#spec, name, toCallOptions(options)], options);
  }

  /** Exports all versions of a secret, encrypted so that only Key Vault can read them. */
  backupSecret(name: string, options: OperationOptions = {}): Promise<Uint8Array> {
    return this.#run("backupSecret", [this.#spec, name, toCallOptions(options)], options);
  }

  /** Restores a secret from a backup. */
  async restoreSecretBackup(backup: Uint8Array, options: OperationOptions = {}): Promise<SecretProperties> {
    return toSecretProperties(await this.#run("restoreSecretBackup", [this.#spec, backup, toCallOptions(options)], options));
  }

  /** Frees its memory in the component now instead of when it is garbage-collected. */
  close(): void {
    dropNow(this, this.#spec.id);
  }

  /** Runs an operation. If the credential is an external one, gets its token first. */
  async #run<K extends keyof Operations>(
    operation: K,
    args: Parameters<Operations[K]>,
    { abortSignal }: OperationOptions,
  ): Promise<ReturnType<Operations[K]>> {
    const credential = this.#credential;
    if (credential instanceof KeyfobCredential) return componentWorker.run(operation, args, abortSignal);
    this.#scope ??= (await componentWorker.run("scope", [this.#spec], abortSignal)) ?? PUBLIC_SCOPE;
    await credential.prepare(this.#scope, abortSignal);
    return componentWorker.run(operation, args, abortSignal).catch((error: unknown) => {
      if (error instanceof AuthenticationError) credential.forget();
      throw error;
    });
  }

  #listProperties(method: ListMethod, name: string, options: ListOptions): PagedAsyncIterableIterator<SecretProperties> {
    const nextPage: NextPage<ComponentSecretProperties> = (listId, values) =>
      this.#run("nextPage", [this.#spec, listId, method, name, values], options);
    return this.#list(nextPage, options, toSecretProperties);
  }

  #list<R, T>(nextPage: NextPage<R>, options: ListOptions, convert: (response: R) => T): PagedAsyncIterableIterator<T> {
    return createPagedIterator((listId, maxPageSize) => {
      const callOptions = [...toCallOptions(options), ...toOptionValues({ maxPageSize })];
      return async () => (await nextPage(listId, callOptions))?.map(convert);
    });
  }

  async #begin<R, T>(begin: (pollerId: number) => Promise<R>, options: BeginOptions, convert: (response: R) => T): Promise<Poller<T>> {
    const pollerId = nextResourceId();
    const response = await begin(pollerId);
    const pollOptions = toOptionValues({ timeout: POLL_TIMEOUT_MS });
    const pollOnce = (abortSignal?: AbortSignalLike) =>
      this.#run("wait", [this.#spec, pollerId, pollOptions], abortSignal === undefined ? {} : { abortSignal });
    const poller = new Poller(convert(response), pollOnce, options);
    dropWithOwner(poller, pollerId);
    return poller;
  }
}

/** Fetches the next page of the component's list with this id; `undefined` after the last. */
type NextPage<R> = (listId: number, values: OptionValues) => Promise<R[] | undefined>;

function toClientOptions({ serviceVersion, disableChallengeResourceVerification, cache }: SecretClientOptions) {
  const { limits } = cache ?? {};
  const cacheLimits: OptionValues = limits ? [["setCacheLimits", limits.secrets, toWholeNumber("limits.bytes", limits.bytes)]] : [];
  return [
    ...toOptionValues({
      apiVersion: serviceVersion,
      verifyChallengeResource: disableChallengeResourceVerification === true ? false : undefined,
      cacheTtl: toWholeNumber("ttlInSeconds", cache?.ttlInSeconds),
      cacheStaleIfError: toWholeNumber("staleIfErrorInSeconds", cache?.staleIfErrorInSeconds),
    }),
    ...cacheLimits,
  ];
}

function toCallOptions({ requestOptions }: OperationOptions) {
  return toOptionValues({ timeout: toWholeNumber("timeout", requestOptions?.timeout) });
}

function toGetOptions(options: GetSecretOptions) {
  const { version, outContentType, bypassCache } = options;
  return [...toCallOptions(options), ...toOptionValues({ version, outContentType, bypassCache })];
}

function toSetOptions(options: UpdateSecretPropertiesOptions) {
  const { contentType, enabled, notBefore, expiresOn, tags } = options;
  return [
    ...toCallOptions(options),
    ...toOptionValues({
      contentType,
      enabled,
      notBefore: toUnixSeconds("notBefore", notBefore),
      expiresOn: toUnixSeconds("expiresOn", expiresOn),
      tags: tags && Object.entries(tags),
    }),
  ];
}
