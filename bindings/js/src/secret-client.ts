import type { AbortSignalLike } from "./abort.js";
import { seconds, text, whole } from "./validate.js";
import { KeyfobCredential, type TokenCredential } from "./base-credential.js";
import { AuthenticationError, fromComponent } from "./errors.js";
import { Foreign } from "./external-credential.js";
import { close, nextId, tie } from "./resources.js";
import { paged, type PagedAsyncIterableIterator } from "./paging.js";
import { Poller, type PollerOptions } from "./poller.js";
import { deleted, properties, read } from "./secret.js";
import type { DeletedSecret, KeyVaultSecret, ReadSecret, SecretProperties } from "./secret.js";
import { settings } from "./component-options.js";
import { thread } from "./component-worker.js";
import type { ClientSpec, Settings } from "./protocol.js";
import type { ChangeName, ListName, Operations } from "./worker/operations.js";

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
const LOOK_MS = 2000n;

/** The secrets of one vault, with the methods of `SecretClient` of `@azure/keyvault-secrets`. */
export class SecretClient {
  /** The vault's URL. */
  readonly vaultUrl: string;
  readonly #credential: KeyfobCredential | Foreign;
  readonly #spec: ClientSpec;
  #scope: string | undefined;

  /** The URL is checked by the first call. */
  constructor(vaultUrl: string, credential: TokenCredential, options: SecretClientOptions = {}) {
    this.vaultUrl = text("the vault URL", vaultUrl, "Set the variable that it comes from, such as KEYVAULT_URL");
    this.#credential = credential instanceof KeyfobCredential ? credential : new Foreign(credential);
    const id = nextId();
    this.#spec = { id, vaultUrl, credential: this.#credential.spec, settings: clientSettings(options) };
    tie(this, id);
  }

  /** Reads a secret. Its identifier serves as its name too. */
  async getSecret(name: string, options: GetSecretOptions = {}): Promise<ReadSecret> {
    return read(await this.#run("getSecret", [this.#spec, text("the name", name), getSettings(options)], options));
  }

  /** Reads several secrets at the same time: the outcome of each, in the order of the names. */
  async getSecrets(names: string[], options: GetSecretsOptions = {}): Promise<PromiseSettledResult<ReadSecret>[]> {
    const asked = [...getSettings(options), ...settings({ maxConcurrency: options.maxConcurrency })];
    const outcomes = await this.#run("getSecrets", [this.#spec, names, asked], options);
    return outcomes.map((outcome) =>
      outcome.tag === "ok"
        ? { status: "fulfilled", value: read(outcome.val) }
        : { status: "rejected", reason: fromComponent(outcome.val) },
    );
  }

  /** Sets a secret: a new version of it, if there is one of that name. */
  async setSecret(name: string, value: string, options: SetSecretOptions = {}): Promise<KeyVaultSecret> {
    const told = await this.#run("setSecret", [this.#spec, text("the name", name), text("the value", value), setSettings(options)], options);
    return { name: told.name, value, properties: properties(told) };
  }

  /** Changes what is known of a secret, and not its value. An empty version is the latest. */
  async updateSecretProperties(
    name: string,
    version: string,
    options: UpdateSecretPropertiesOptions = {},
  ): Promise<SecretProperties> {
    const asked = [...setSettings(options), ...settings({ version: version || undefined })];
    return properties(await this.#run("updateSecretProperties", [this.#spec, name, asked], options));
  }

  /** The properties of all secrets, in their latest version and without their values. */
  listPropertiesOfSecrets(options: ListOptions = {}): PagedAsyncIterableIterator<SecretProperties> {
    return this.#list("listPropertiesOfSecrets", "", options, properties);
  }

  /** The properties of all versions of a secret. */
  listPropertiesOfSecretVersions(
    name: string,
    options: ListOptions = {},
  ): PagedAsyncIterableIterator<SecretProperties> {
    return this.#list("listPropertiesOfSecretVersions", name, options, properties);
  }

  /** All deleted secrets. */
  listDeletedSecrets(options: ListOptions = {}): PagedAsyncIterableIterator<DeletedSecret> {
    return this.#list("listDeletedSecrets", "", options, deleted);
  }

  /** Begins to delete a secret, all its versions. */
  beginDeleteSecret(name: string, options: BeginOptions = {}): Promise<Poller<DeletedSecret>> {
    return this.#begin("beginDeleteSecret", name, options, deleted);
  }

  /** What the vault says of a deleted secret. */
  async getDeletedSecret(name: string, options: OperationOptions = {}): Promise<DeletedSecret> {
    return deleted(await this.#run("getDeletedSecret", [this.#spec, name, callSettings(options)], options));
  }

  /** Begins to recover a deleted secret. */
  beginRecoverDeletedSecret(name: string, options: BeginOptions = {}): Promise<Poller<SecretProperties>> {
    return this.#begin("beginRecoverDeletedSecret", name, options, properties);
  }

  /** Deletes a deleted secret for good. */
  async purgeDeletedSecret(name: string, options: OperationOptions = {}): Promise<void> {
    await this.#run("purgeDeletedSecret", [this.#spec, name, callSettings(options)], options);
  }

  /** All versions of a secret, in a form that only Key Vault can read. */
  backupSecret(name: string, options: OperationOptions = {}): Promise<Uint8Array> {
    return this.#run("backupSecret", [this.#spec, name, callSettings(options)], options);
  }

  /** Restores a secret from its backup. */
  async restoreSecretBackup(backup: Uint8Array, options: OperationOptions = {}): Promise<SecretProperties> {
    return properties(await this.#run("restoreSecretBackup", [this.#spec, backup, callSettings(options)], options));
  }

  /** Ends it now instead of when it is collected. */
  close(): void {
    close(this, this.#spec.id);
  }

  /** Runs an operation, with a token of the foreign credential's if there is one. */
  async #run<K extends keyof Operations>(
    operation: K,
    args: Parameters<Operations[K]>,
    { abortSignal }: OperationOptions,
  ): Promise<ReturnType<Operations[K]>> {
    const credential = this.#credential;
    if (credential instanceof KeyfobCredential) return thread.run(operation, args, abortSignal);
    this.#scope ??= (await thread.run("scope", [this.#spec], abortSignal)) ?? PUBLIC_SCOPE;
    await credential.prepare(this.#scope, abortSignal);
    return thread.run(operation, args, abortSignal).catch((error: unknown) => {
      if (error instanceof AuthenticationError) credential.forget();
      throw error;
    });
  }

  #list<T>(which: ListName, name: string, options: ListOptions, shape: (told: Told) => T): PagedAsyncIterableIterator<T> {
    return paged((list, maxPageSize) => {
      const asked = [...callSettings(options), ...settings({ maxPageSize })];
      const next = () => this.#run("nextPage", [this.#spec, list, which, name, asked], options);
      return async () => (await next())?.map(shape);
    });
  }

  async #begin<T>(which: ChangeName, name: string, options: BeginOptions, shape: (told: Told) => T): Promise<Poller<T>> {
    const change = nextId();
    const told = await this.#run("begin", [this.#spec, change, which, name, callSettings(options)], options);
    const once = settings({ timeout: LOOK_MS });
    const look = (abortSignal?: AbortSignalLike) =>
      this.#run("wait", [this.#spec, change, once], abortSignal === undefined ? {} : { abortSignal });
    const poller = new Poller(shape(told), look, options);
    tie(poller, change);
    return poller;
  }
}

type Told = Parameters<typeof properties>[0];

function clientSettings({ serviceVersion, disableChallengeResourceVerification, cache }: SecretClientOptions) {
  const limits: Settings = cache?.limits ? [["cacheLimits", cache.limits.secrets, whole("limits.bytes", cache.limits.bytes)]] : [];
  return [
    ...settings({
      apiVersion: serviceVersion,
      verifyChallengeResource: disableChallengeResourceVerification === true ? false : undefined,
      cacheTtl: whole("ttlInSeconds", cache?.ttlInSeconds),
      cacheStaleIfError: whole("staleIfErrorInSeconds", cache?.staleIfErrorInSeconds),
    }),
    ...limits,
  ];
}

function callSettings({ requestOptions }: OperationOptions) {
  return settings({ timeout: whole("timeout", requestOptions?.timeout) });
}

function getSettings(options: GetSecretOptions) {
  const { version, outContentType, bypassCache } = options;
  return [...callSettings(options), ...settings({ version, outContentType, bypassCache })];
}

function setSettings(options: UpdateSecretPropertiesOptions) {
  const { contentType, enabled, notBefore, expiresOn, tags } = options;
  return [
    ...callSettings(options),
    ...settings({
      contentType,
      enabled,
      notBefore: seconds("notBefore", notBefore),
      expiresOn: seconds("expiresOn", expiresOn),
      tags: tags && Object.entries(tags),
    }),
  ];
}
