import type { AbortSignalLike } from "./abort.js";
import { toUnixSeconds, requireString, toWholeNumber } from "./validate.js";
import { KeyfobCredential, type TokenCredential } from "./base-credential.js";
import { AuthenticationError, fromComponent } from "./errors.js";
import { ExternalCredential } from "./external-credential.js";
import { dropNow, nextResourceId, dropWithOwner } from "./resources.js";
import { createPagedIterator, type PagedAsyncIterableIterator } from "./paging.js";
import { Poller, type PollerOptions } from "./poller.js";
import { toDeletedSecret, toReadSecret, toSecretProperties } from "./secret.js";
import type { DeletedSecret, KeyVaultSecret, ReadSecret, SecretProperties } from "./secret.js";
import { toOptionValues } from "./option-values.js";
import { componentWorker } from "./component-worker.js";
import type { BeginMethod, ClientSpec, ListMethod, OptionValues } from "./protocol.js";
import type { Operations } from "./worker/operations.js";

/** What every call can be told, as in the Azure SDK. */
export interface OperationOptions {
  /** Calls the wait off; a request that is under way is ended. */
  abortSignal?: AbortSignalLike;
  /** The limit of the whole call in milliseconds, token included, 30,000 by default. */
  requestOptions?: { timeout?: number };
}

export interface SecretClientOptions {
  /** The version of Key Vault's interface, for an emulator that does not know the newest one. */
  serviceVersion?: string;
  /** Accepts a challenge for another resource than the vault's own domain. For emulators alone. */
  disableChallengeResourceVerification?: boolean;
  /** Keeps values in memory, which it does not do without. */
  cache?: {
    /** For so long nothing is sent for a secret that was read. */
    ttlInSeconds: number;
    /** For so long after that, a value stands in where the vault can't be asked. */
    staleIfErrorInSeconds?: number;
    /** What is kept at most; 100 secrets and 262,144 bytes by default. */
    limits?: { secrets: number; bytes: number };
  };
}

export interface GetSecretOptions extends OperationOptions {
  /** This version instead of the latest. */
  version?: string;
  /** The form that the secret of a certificate shall come in. */
  outContentType?: string;
  /** Asks the vault, whatever is kept in memory. */
  bypassCache?: boolean;
}

export interface GetSecretsOptions extends GetSecretOptions {
  /** How many are fetched at the same time, 10 by default. */
  maxConcurrency?: number;
}

export interface UpdateSecretPropertiesOptions extends OperationOptions {
  contentType?: string;
  enabled?: boolean;
  readonly notBefore?: Date;
  readonly expiresOn?: Date;
  /** All its tags; an empty object takes them away. */
  tags?: Record<string, string>;
}

export type SetSecretOptions = UpdateSecretPropertiesOptions;

export type ListOptions = OperationOptions;

export type BeginOptions = OperationOptions & PollerOptions;

/** A vault whose domain is in no known cloud says by its challenge what it wants; a given token is then asked for this. */
const PUBLIC_SCOPE = "https://vault.azure.net/.default";

/** One look is given so long, so that other calls have their turn: the component looks once and does not wait. */
const POLL_TIMEOUT_MS = 2000n;

/** The secrets of one vault, with the methods of `SecretClient` of `@azure/keyvault-secrets`. */
export class SecretClient {
  /** The vault's URL. */
  readonly vaultUrl: string;
  readonly #credential: KeyfobCredential | ExternalCredential;
  readonly #spec: ClientSpec;
  #scope: string | undefined;

  /** The URL is checked by the first call. */
  constructor(vaultUrl: string, credential: TokenCredential, options: SecretClientOptions = {}) {
    this.vaultUrl = requireString("the vault URL", vaultUrl, "Set the variable that it comes from, such as KEYVAULT_URL");
    this.#credential = credential instanceof KeyfobCredential ? credential : new ExternalCredential(credential);
    const id = nextResourceId();
    this.#spec = { id, vaultUrl, credential: this.#credential.spec, options: toClientOptions(options) };
    dropWithOwner(this, id);
  }

  /** Reads a secret. Its identifier serves as its name too. */
  async getSecret(name: string, options: GetSecretOptions = {}): Promise<ReadSecret> {
    return toReadSecret(await this.#run("getSecret", [this.#spec, requireString("the name", name), toGetOptions(options)], options));
  }

  /** Reads several secrets at the same time: the outcome of each, in the order of the names. */
  async getSecrets(names: string[], options: GetSecretsOptions = {}): Promise<PromiseSettledResult<ReadSecret>[]> {
    const callOptions = [...toGetOptions(options), ...toOptionValues({ maxConcurrency: options.maxConcurrency })];
    const outcomes = await this.#run("getSecrets", [this.#spec, names, callOptions], options);
    return outcomes.map((outcome) =>
      outcome.tag === "ok"
        ? { status: "fulfilled", value: toReadSecret(outcome.val) }
        : { status: "rejected", reason: fromComponent(outcome.val) },
    );
  }

  /** Sets a secret: a new version of it, if there is one of that name. */
  async setSecret(name: string, value: string, options: SetSecretOptions = {}): Promise<KeyVaultSecret> {
    const response = await this.#run("setSecret", [this.#spec, requireString("the name", name), requireString("the value", value), toSetOptions(options)], options);
    return { name: response.name, value, properties: toSecretProperties(response) };
  }

  /** Changes what is known of a secret, and not its value. An empty version is the latest. */
  async updateSecretProperties(
    name: string,
    version: string,
    options: UpdateSecretPropertiesOptions = {},
  ): Promise<SecretProperties> {
    const callOptions = [...toSetOptions(options), ...toOptionValues({ version: version || undefined })];
    return toSecretProperties(await this.#run("updateSecretProperties", [this.#spec, name, callOptions], options));
  }

  /** The properties of all secrets, in their latest version and without their values. */
  listPropertiesOfSecrets(options: ListOptions = {}): PagedAsyncIterableIterator<SecretProperties> {
    return this.#list("listPropertiesOfSecrets", "", options, toSecretProperties);
  }

  /** The properties of all versions of a secret. */
  listPropertiesOfSecretVersions(
    name: string,
    options: ListOptions = {},
  ): PagedAsyncIterableIterator<SecretProperties> {
    return this.#list("listPropertiesOfSecretVersions", name, options, toSecretProperties);
  }

  /** All deleted secrets. */
  listDeletedSecrets(options: ListOptions = {}): PagedAsyncIterableIterator<DeletedSecret> {
    return this.#list("listDeletedSecrets", "", options, toDeletedSecret);
  }

  /** Begins to delete a secret, all its versions. */
  beginDeleteSecret(name: string, options: BeginOptions = {}): Promise<Poller<DeletedSecret>> {
    return this.#begin("beginDeleteSecret", name, options, toDeletedSecret);
  }

  /** What the vault says of a deleted secret. */
  async getDeletedSecret(name: string, options: OperationOptions = {}): Promise<DeletedSecret> {
    return toDeletedSecret(await this.#run("getDeletedSecret", [this.#spec, name, toCallOptions(options)], options));
  }

  /** Begins to recover a deleted secret. */
  beginRecoverDeletedSecret(name: string, options: BeginOptions = {}): Promise<Poller<SecretProperties>> {
    return this.#begin("beginRecoverDeletedSecret", name, options, toSecretProperties);
  }

  /** Deletes a deleted secret for good. */
  async purgeDeletedSecret(name: string, options: OperationOptions = {}): Promise<void> {
    await this.#run("purgeDeletedSecret", [this.#spec, name, toCallOptions(options)], options);
  }

  /** All versions of a secret, in a form that only Key Vault can read. */
  backupSecret(name: string, options: OperationOptions = {}): Promise<Uint8Array> {
    return this.#run("backupSecret", [this.#spec, name, toCallOptions(options)], options);
  }

  /** Restores a secret from its backup. */
  async restoreSecretBackup(backup: Uint8Array, options: OperationOptions = {}): Promise<SecretProperties> {
    return toSecretProperties(await this.#run("restoreSecretBackup", [this.#spec, backup, toCallOptions(options)], options));
  }

  /** Ends it now instead of when it is collected. */
  close(): void {
    dropNow(this, this.#spec.id);
  }

  /** Runs an operation, with a token of the foreign credential's if there is one. */
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

  #list<T>(method: ListMethod, name: string, options: ListOptions, convert: (response: ComponentSecretProperties) => T): PagedAsyncIterableIterator<T> {
    return createPagedIterator((listId, maxPageSize) => {
      const callOptions = [...toCallOptions(options), ...toOptionValues({ maxPageSize })];
      const next = () => this.#run("nextPage", [this.#spec, listId, method, name, callOptions], options);
      return async () => (await next())?.map(convert);
    });
  }

  async #begin<T>(method: BeginMethod, name: string, options: BeginOptions, convert: (response: ComponentSecretProperties) => T): Promise<Poller<T>> {
    const pollerId = nextResourceId();
    const response = await this.#run("begin", [this.#spec, pollerId, method, name, toCallOptions(options)], options);
    const pollOptions = toOptionValues({ timeout: POLL_TIMEOUT_MS });
    const pollOnce = (abortSignal?: AbortSignalLike) =>
      this.#run("wait", [this.#spec, pollerId, pollOptions], abortSignal === undefined ? {} : { abortSignal });
    const poller = new Poller(convert(response), pollOnce, options);
    dropWithOwner(poller, pollerId);
    return poller;
  }
}

type ComponentSecretProperties = Parameters<typeof toSecretProperties>[0];

function toClientOptions({ serviceVersion, disableChallengeResourceVerification, cache }: SecretClientOptions) {
  const limits: OptionValues = cache?.limits ? [["cacheLimits", cache.limits.secrets, toWholeNumber("limits.bytes", cache.limits.bytes)]] : [];
  return [
    ...toOptionValues({
      apiVersion: serviceVersion,
      verifyChallengeResource: disableChallengeResourceVerification === true ? false : undefined,
      cacheTtl: toWholeNumber("ttlInSeconds", cache?.ttlInSeconds),
      cacheStaleIfError: toWholeNumber("staleIfErrorInSeconds", cache?.staleIfErrorInSeconds),
    }),
    ...limits,
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
