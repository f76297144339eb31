import { isAborted, type AbortSignalLike } from "./abort.js";
import { defaultTimeout, specOf, type TokenCredential } from "./base-credential.js";
import { probeChallenge } from "./challenge-probe.js";
import { isOwnResource, isSameResource, parseChallenges, type TokenTarget } from "./challenge.js";
import type {
  DeletedSecret as ComponentDeletedSecret,
  SecretProperties as ComponentSecretProperties,
} from "./component/interfaces/keyfob-azure-secrets.js";
import { KeyfobError, fromComponent, nameTimeout } from "./errors.js";
import { ExternalCredential, withinTime, type TokenContext } from "./external-credential.js";
import { toOptionValues } from "./option-values.js";
import { keepOriginal, original } from "./original.js";
import { nameCredential, nameInError } from "./own-credential.js";
import { createPagedIterator, type PagedAsyncIterableIterator } from "./paging.js";
import { Poller, resumePoller, type PolledOperation } from "./poller.js";
import type { ClientSpec, CredentialSpec, ListMethod, OptionValues, ReceivedChallenge } from "./protocol.js";
import { showOnly, visibleUrl } from "./redact.js";
import { dropNow, dropWithOwner, nextResourceId } from "./resources.js";
import { toDeletedSecret, toReadSecret, toSecretProperties, toSetSecret } from "./secret.js";
import type { DeletedSecret, KeyVaultSecret, ReadSecret, SecretProperties } from "./secret.js";
import { callLimits, toClientOptions, toGetOptions, toSetOptions, type CallLimits } from "./secret-options.js";
import type {
  BackupSecretOptions,
  BeginDeleteSecretOptions,
  BeginRecoverDeletedSecretOptions,
  GetDeletedSecretOptions,
  GetSecretOptions,
  GetSecretsOptions,
  ListDeletedSecretsOptions,
  ListOptions,
  ListPropertiesOfSecretVersionsOptions,
  ListPropertiesOfSecretsOptions,
  PurgeDeletedSecretOptions,
  RestoreSecretBackupOptions,
  SecretClientOptions,
  SecretPollerOptions,
  SetSecretOptions,
  UpdateSecretPropertiesOptions,
} from "./secret-options.js";
import { bytes, checkOptions, count, items, property, requireString, secretName, secretVersion, text, wholeNumber, wrongType } from "./validate.js";
import type { Operations } from "./worker/operations.js";
import { workerFor } from "./workers.js";

const COPY_HINT = "Give a new credential: a copy made by structuredClone, JSON or a message to a worker has no getToken";

/** The timeout of one poll. It is short because other calls of the credential wait for it. */
const POLL_TIMEOUT_MS = 2000;

/** The timeout of a call with an external credential: that of the component's static token. */
const EXTERNAL_TIMEOUT_MS = 30_000;

/** What is shown of a client: the URL, unless the object only inherits from a client, or stands for one as a proxy. */
let visibleOf: (client: object) => object;

/** The secrets of one vault, with the methods of `SecretClient` of `@azure/keyvault-secrets`. */
export class SecretClient {
  readonly #credential: CredentialSpec | ExternalCredential;
  readonly #spec: ClientSpec;
  readonly #verifiesChallenges: boolean;
  /** What an external credential is asked for; not known before the vault's challenge if its host is in no known cloud. */
  #target: TokenTarget | undefined;
  /** The component knows the scope of the vault by its host. */
  #hasKnownScope: boolean | undefined;

  static {
    visibleOf = (client) => (#spec in client ? { vaultUrl: visibleUrl(client.#spec.vaultUrl) } : {});
  }

  /** Throws only for arguments of the wrong type; the first call checks the rest. */
  constructor(vaultUrl: string, credential: TokenCredential, options: SecretClientOptions = {}) {
    const url = requireString("the vault URL", vaultUrl, "Set the variable that it comes from, such as KEYVAULT_URL");
    const clientOptions = toClientOptions(options);
    if (typeof property("credential", credential ?? null, "getToken") !== "function") {
      throw wrongType("credential", credential, "an object with getToken", COPY_HINT);
    }
    this.#credential = specOf(credential) ?? new ExternalCredential(credential);
    const id = nextResourceId();
    const spec = this.#credential instanceof ExternalCredential ? this.#credential.spec : this.#credential;
    this.#spec = { id, vaultUrl: url, credential: spec, options: clientOptions.values };
    this.#verifiesChallenges = clientOptions.verifiesChallenges;
    keepOriginal(this);
    dropWithOwner(this, id);
  }

  /** The class of the program's credential, if it is not this package's. */
  get #ownName(): string | undefined {
    return this.#credential instanceof ExternalCredential ? this.#credential.name : undefined;
  }

  /** The vault's URL. */
  get vaultUrl(): string {
    const client = original(this);
    return #spec in client ? client.#spec.vaultUrl : (undefined as never);
  }

  /** @internal Mocks of tests are objects with this prototype, and their URL is set. */
  set vaultUrl(vaultUrl: string) {
    if (#spec in original(this)) throw new TypeError("vaultUrl can't be changed; make another client");
    Object.defineProperty(this, "vaultUrl", { value: vaultUrl, configurable: true, enumerable: true, writable: true });
  }

  /** Reads a secret. The name may also be the identifier of a secret or of a version. */
  async getSecret(name: string, options: GetSecretOptions = {}): Promise<ReadSecret> {
    const args = [original(this).#spec, secretName("the name", name), toGetOptions(options)] as const;
    return toReadSecret(nameCredential(await original(this).#run("getSecret", [...args], callLimits(options)), original(this).#ownName));
  }

  /** Reads several secrets at the same time. The results are those of `Promise.allSettled`, in the order of the names. */
  async getSecrets(names: string[], options: GetSecretsOptions = {}): Promise<PromiseSettledResult<ReadSecret>[]> {
    const callOptions = [...toGetOptions(options), ...toOptionValues(checkOptions(options, { maxConcurrency: count }))];
    const checked = items("names", names, text).map(checkName);
    const sent = checked.flatMap((name) => (typeof name === "string" ? [name] : []));
    const limits = callLimits(options);
    const outcomes = sent.length === 0 ? [] : await original(this).#run("getSecrets", [original(this).#spec, sent, callOptions], limits);
    const results = outcomes.values();
    return checked.map((name): PromiseSettledResult<ReadSecret> => {
      const outcome = typeof name === "string" ? results.next().value : undefined;
      if (outcome === undefined) return { status: "rejected", reason: name };
      return outcome.tag === "ok"
        ? { status: "fulfilled", value: toReadSecret(nameCredential(outcome.val, original(this).#ownName)) }
        : { status: "rejected", reason: fromComponent(nameInError(outcome.val, original(this).#ownName)) };
    });
  }

  /** Creates a secret, or a new version if the name exists. */
  async setSecret(name: string, value: string, options: SetSecretOptions = {}): Promise<KeyVaultSecret> {
    const sent = requireString("the value", value);
    const args = [original(this).#spec, secretName("the name", name), sent, toSetOptions(options)] as const;
    return toSetSecret(await original(this).#run("setSecret", [...args], callLimits(options)), sent);
  }

  /** Updates the properties of a secret, not its value. An empty version means the latest one. */
  async updateSecretProperties(
    name: string,
    version: string,
    options: UpdateSecretPropertiesOptions = {},
  ): Promise<SecretProperties> {
    const checkedVersion = secretVersion("the version", version ?? "") || undefined;
    const callOptions = [...toSetOptions(options), ...toOptionValues({ version: checkedVersion })];
    const args = [original(this).#spec, secretName("the name", name), callOptions] as const;
    return toSecretProperties(await original(this).#run("updateSecretProperties", [...args], callLimits(options)));
  }

  /** Lists the properties of the latest version of every secret. */
  listPropertiesOfSecrets(options: ListPropertiesOfSecretsOptions = {}): PagedAsyncIterableIterator<SecretProperties> {
    return original(this).#listProperties("listPropertiesOfSecrets", "", options);
  }

  /** Lists the properties of every version of a secret. */
  listPropertiesOfSecretVersions(
    name: string,
    options: ListPropertiesOfSecretVersionsOptions = {},
  ): PagedAsyncIterableIterator<SecretProperties> {
    return original(this).#listProperties("listPropertiesOfSecretVersions", secretName("the name", name), options);
  }

  /** Lists the deleted secrets. */
  listDeletedSecrets(options: ListDeletedSecretsOptions = {}): PagedAsyncIterableIterator<DeletedSecret> {
    const limits = callLimits(options);
    const nextPage: NextPage<ComponentDeletedSecret> = (listId, isFirst, values) =>
      original(this).#run("nextDeletedPage", [original(this).#spec, listId, isFirst, values], limits);
    return original(this).#list(nextPage, toDeletedSecret);
  }

  /** Starts to delete a secret with all its versions, or waits for the deletion of an earlier poller. */
  async beginDeleteSecret(name: string, options: BeginDeleteSecretOptions = {}): Promise<Poller<DeletedSecret>> {
    const [checkedName, limits] = [secretName("the name", name), callLimits(options)];
    return original(this).#begin<ComponentDeletedSecret, DeletedSecret>("delete", checkedName, options, {
      begin: (pollerId) => original(this).#run("beginDeleteSecret", [original(this).#spec, pollerId, checkedName, []], limits),
      read: (signal) => this.getDeletedSecret(checkedName, { ...(signal && { abortSignal: signal }), requestOptions: { timeout: POLL_TIMEOUT_MS } }),
      convert: toDeletedSecret,
    });
  }

  /** Gets the properties of a deleted secret. */
  async getDeletedSecret(name: string, options: GetDeletedSecretOptions = {}): Promise<DeletedSecret> {
    return toDeletedSecret(await original(this).#run("getDeletedSecret", [original(this).#spec, secretName("the name", name), []], callLimits(options)));
  }

  /** Starts to recover a deleted secret, or waits for the recovery of an earlier poller. */
  async beginRecoverDeletedSecret(name: string, options: BeginRecoverDeletedSecretOptions = {}): Promise<Poller<SecretProperties>> {
    const [checkedName, limits] = [secretName("the name", name), callLimits(options)];
    return original(this).#begin<ComponentSecretProperties, SecretProperties>("recover", checkedName, options, {
      begin: (pollerId) => original(this).#run("beginRecoverDeletedSecret", [original(this).#spec, pollerId, checkedName, []], limits),
      read: async (signal) => {
        const getOptions = { ...(signal && { abortSignal: signal }), requestOptions: { timeout: POLL_TIMEOUT_MS }, bypassCache: true };
        return (await this.getSecret(checkedName, getOptions)).properties;
      },
      convert: toSecretProperties,
    });
  }

  /** Purges a deleted secret. It can't be recovered afterwards. */
  async purgeDeletedSecret(name: string, options: PurgeDeletedSecretOptions = {}): Promise<void> {
    await original(this).#run("purgeDeletedSecret", [original(this).#spec, secretName("the name", name), []], callLimits(options));
  }

  /** Exports all versions of a secret, encrypted so that only Key Vault can read them. */
  async backupSecret(name: string, options: BackupSecretOptions = {}): Promise<Uint8Array> {
    return original(this).#run("backupSecret", [original(this).#spec, secretName("the name", name), []], callLimits(options));
  }

  /** Restores a secret from a backup. */
  async restoreSecretBackup(backup: Uint8Array, options: RestoreSecretBackupOptions = {}): Promise<SecretProperties> {
    return toSecretProperties(await original(this).#run("restoreSecretBackup", [original(this).#spec, bytes("the backup", backup), []], callLimits(options)));
  }

  /** Frees its memory in the component now instead of when it is garbage-collected. */
  close(): void {
    dropNow(original(this).#spec.id);
  }

  async #run<K extends keyof Operations>(operation: K, args: Parameters<Operations[K]>, limits: CallLimits): Promise<ReturnType<Operations[K]>> {
    const credential = this.#credential;
    try {
      if (credential instanceof ExternalCredential) return await this.#runWith(credential, operation, args, limits);
      return await workerFor(credential).run(operation, args, { ...limits, defaultTimeout: defaultTimeout(credential) });
    } catch (error) {
      throw nameTimeout(error, limits.timeout);
    }
  }

  /**
   * Runs an operation with a token of an external credential. The credential is asked for the scope of the vault's own cloud, or,
   * for a host in no known cloud, for the scope of the host's challenge, after that was verified. A challenge that a request
   * with a token got is followed once for scope and tenant, and once for claims.
   */
  async #runWith<K extends keyof Operations>(
    credential: ExternalCredential,
    operation: K,
    args: Parameters<Operations[K]>,
    { signal, timeout }: CallLimits,
  ): Promise<ReturnType<Operations[K]>> {
    const started = performance.now();
    const limit = timeout ?? EXTERNAL_TIMEOUT_MS;
    const remaining = () => Math.max(1, Math.ceil(limit - (performance.now() - started)));
    const worker = workerFor(credential.credential);
    if (this.#hasKnownScope === undefined) {
      const scope = await worker.run("scope", [this.#spec], { signal, timeout: remaining() });
      this.#hasKnownScope = scope !== undefined;
      if (scope !== undefined) this.#target = { scope };
    }
    let claims: string | undefined;
    let [challenged, claimed] = [false, false];
    for (;;) {
      const target = this.#target;
      const token =
        target === undefined
          ? credential.noToken()
          : await credential.token(target, claims, { signal, timeout: remaining() }).catch((error: unknown) => this.#onNoToken(error, target, { signal, timeout: remaining() }));
      if (token === undefined) {
        challenged = true;
        continue;
      }
      const received: { challenge?: ReceivedChallenge } = {};
      const onChallenge = (challenge: ReceivedChallenge) => (received.challenge = challenge);
      const outcome = await worker
        .run(operation, args, { signal, timeout: remaining(), callTimeout: limit, token, ownCredential: credential.name, onChallenge })
        .then((result) => ({ result }), (error: unknown) => ({ error }));
      const refused = "error" in outcome ? isRefusedToken(outcome.error) : isRefused(outcome.result);
      const wanted = refused && received.challenge ? this.#follow(received.challenge, target) : undefined;
      if (refused && wanted?.claims !== undefined && target !== undefined && !claimed) {
        [claimed, claims] = [true, wanted.claims];
      } else if (refused && wanted?.target !== undefined && !challenged) {
        [challenged, claims, this.#target] = [true, undefined, wanted.target];
      } else {
        if (refused && target !== undefined) credential.forget(target);
        if ("error" in outcome) throw outcome.error;
        return outcome.result;
      }
    }
  }

  /**
   * A credential that was written for the Azure SDK may need the tenant of the vault, which the SDK's client knows before it asks for
   * a token. So the vault is asked for its challenge, and if it names a tenant, that is the new target. Throws the error otherwise.
   */
  async #onNoToken(error: unknown, target: TokenTarget, { signal, timeout }: TokenContext): Promise<undefined> {
    if (target.tenantId !== undefined || isAborted(signal) || isTimeOver(error)) throw error;
    const probe = withinTime(probeChallenge(this.vaultUrl, timeout), signal, timeout, "the vault");
    const challenge = await probe.catch((probeError: unknown) => {
      throw isAborted(signal) ? probeError : error;
    });
    const wanted = challenge && this.#follow(challenge, target).target;
    if (wanted?.tenantId === undefined) throw error;
    this.#target = wanted;
    return undefined;
  }

  /** What a challenge asks the credential for: other claims, or another scope or tenant that the host may get a token for. */
  #follow(challenge: ReceivedChallenge, current: TokenTarget | undefined): ReturnType<typeof parseChallenges> {
    const { target: named, claims } = parseChallenges(challenge.headers);
    if (claims !== undefined) return { claims };
    if (named === undefined) return {};
    const isKnown = this.#hasKnownScope === true && current !== undefined;
    const isAllowed = isKnown ? isSameResource(named, current) : !this.#verifiesChallenges || isOwnResource(named, challenge);
    if (!isAllowed) return {};
    // In a known cloud the scope never comes from the challenge, which may write it in another form.
    const target = isKnown ? { ...named, scope: current.scope } : named;
    return target.scope === current?.scope && target.tenantId === current?.tenantId ? {} : { target };
  }

  #listProperties(method: ListMethod, name: string, options: ListOptions): PagedAsyncIterableIterator<SecretProperties> {
    const limits = callLimits(options);
    const nextPage: NextPage<ComponentSecretProperties> = (listId, isFirst, values) =>
      this.#run("nextPage", [this.#spec, listId, isFirst, method, name, values], limits);
    return this.#list(nextPage, toSecretProperties);
  }

  #list<R, T>(nextPage: NextPage<R>, convert: (response: R) => T): PagedAsyncIterableIterator<T> {
    return createPagedIterator((listId, maxPageSize) => {
      const values = toOptionValues({ maxPageSize });
      let isFirst = true;
      return async () => {
        const page = await nextPage(listId, isFirst, values);
        isFirst = false;
        return page?.map(convert);
      };
    });
  }

  async #begin<R, T extends object>(operation: PolledOperation["operation"], name: string, options: SecretPollerOptions, steps: PolledSteps<R, T>): Promise<Poller<T>> {
    const { intervalInMs, resumeFrom } = checkOptions(options, { intervalInMs: wholeNumber, resumeFrom: text });
    const interval = intervalInMs === undefined ? undefined : Number(intervalInMs);
    const described: PolledOperation = { operation, name, vaultUrl: this.vaultUrl };
    if (resumeFrom !== undefined) return resumePoller(resumeFrom, described, steps.read, interval);
    const pollerId = nextResourceId();
    const response = await steps.begin(pollerId);
    const pollOnce = (signal: AbortSignalLike | undefined) =>
      this.#run("wait", [this.#spec, pollerId, []], { signal, timeout: POLL_TIMEOUT_MS });
    const poller = new Poller(described, steps.convert(response), pollOnce, interval);
    dropWithOwner(poller, pollerId);
    return poller;
  }
}

/** How an operation is started, how its result is read, and how the response to its start is converted. */
interface PolledSteps<R, T> {
  begin(pollerId: number): Promise<R>;
  read(signal: AbortSignalLike | undefined): Promise<T>;
  convert(response: R): T;
}

showOnly(SecretClient, visibleOf);

/** The name of one of several secrets, or the error that says what is wrong with it. */
function checkName(name: string, index: number): string | KeyfobError {
  try {
    return secretName(`names[${index}]`, name);
  } catch (error) {
    return error as KeyfobError;
  }
}

function isTimeOver(error: unknown): boolean {
  return error instanceof KeyfobError && error.kind === "timed-out";
}

function isRefusedToken(error: unknown): boolean {
  return error instanceof KeyfobError && error.kind === "authentication-failed";
}

/** Whether every secret of `getSecrets` was refused because of its token. */
function isRefused(result: unknown): boolean {
  const refused = (outcome: { tag?: string; val?: { kind?: string } }) => outcome.tag === "err" && outcome.val?.kind === "authentication-failed";
  return Array.isArray(result) && result.length > 0 && result.every(refused);
}

/** Fetches the next page of the component's list with this id; `undefined` after the last. */
type NextPage<R> = (listId: number, isFirst: boolean, values: OptionValues) => Promise<R[] | undefined>;

