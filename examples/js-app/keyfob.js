/**
 * The interface as JavaScript is written: errors are `Error`s with the cause and what to change, times are numbers, options
 * are objects, and lists are iterated. What is not here is used in the same way from the modules `keyfob:azure/…`.
 */

import { Credential, CredentialOptions } from "keyfob:azure/identity@0.1.0";
import * as secrets from "keyfob:azure/secrets@0.1.0";

/** @typedef {import("keyfob:azure/types@0.1.0").AzureError} AzureError */
/** @typedef {import("keyfob:azure/secrets@0.1.0").SecretProperties} WitProperties */

/** What Keyfob could not do. The message has the cause, what was tried, and what to change; it shows no secret. */
export class KeyfobError extends Error {
  /** @param {AzureError} error */
  constructor(error) {
    super(report(error));
    this.name = "KeyfobError";
    /** Such as `credential-unavailable`, `not-found` or `forbidden`. */
    this.kind = error.kind;
    this.hint = error.hint;
    this.attempts = error.attempts;
    this.status = error.status;
    /** In seconds. */
    this.retryAfter = error.retryAfter === undefined ? undefined : Number(error.retryAfter);
  }
}

/**
 * Credentials of which the same is to be said share a line.
 *
 * @param {AzureError} error
 */
function report(error) {
  /** @type {Map<string, string[]>} */
  const tried = new Map();
  for (const { credential, message } of error.attempts) tried.set(message, [...(tried.get(message) ?? []), credential]);
  const lines = [...tried].map(([message, names]) => `  ${names.join(", ").padEnd(26)}  ${message}`);
  const fix = (error.hint ?? "none known").split("\n").map((line) => `  ${line}`);
  return [error.message, "", ...lines, "", "Fix:", ...fix].join("\n");
}

/**
 * Calls a function of the interface. It throws an object with the error as its payload, which prints as [object Object].
 *
 * @template T
 * @param {() => T} call
 */
function attempt(call) {
  try {
    return call();
  } catch (error) {
    const payload = /** @type {{ payload?: AzureError }} */ (error)?.payload;
    throw payload?.kind === undefined ? error : new KeyfobError(payload);
  }
}

/** A secret's properties, with dates. @param {WitProperties} properties */
function readable({ createdOn, updatedOn, expiresOn, notBefore, tags, ...rest }) {
  /** @param {bigint | undefined} seconds */
  const date = (seconds) => (seconds === undefined ? undefined : new Date(Number(seconds) * 1000));
  return {
    ...rest,
    createdOn: date(createdOn),
    updatedOn: date(updatedOn),
    expiresOn: date(expiresOn),
    notBefore: date(notBefore),
    tags: Object.fromEntries(tags),
  };
}

/**
 * `DefaultAzureCredential` of the Azure SDK.
 *
 * @param {{ managedIdentityClientId?: string }} [options]
 */
export function defaultAzureCredential({ managedIdentityClientId } = {}) {
  if (managedIdentityClientId === undefined) return Credential.defaultAzure(undefined);
  const options = new CredentialOptions();
  options.setManagedIdentity({ tag: "client-id", val: managedIdentityClientId });
  return Credential.defaultAzure(options);
}

/** A client for the secrets of one vault. */
export class SecretClient {
  /** @type {secrets.SecretClient} */
  #client;

  /**
   * @param {string} vaultUrl Such as `https://my-vault.vault.azure.net`.
   * @param {Credential} [credential] `DefaultAzureCredential` if it is left out.
   */
  constructor(vaultUrl, credential = defaultAzureCredential()) {
    this.#client = attempt(() => secrets.SecretClient.create(vaultUrl, credential, undefined));
  }

  /**
   * @param {string} name
   * @param {{ version?: string, timeoutInMs?: number }} [options]
   */
  getSecret(name, { version, timeoutInMs } = {}) {
    const options = new secrets.GetSecretOptions();
    if (version !== undefined) options.setVersion(version);
    if (timeoutInMs !== undefined) options.setTimeout(BigInt(timeoutInMs));
    const { value, properties } = attempt(() => this.#client.getSecret(name, options));
    return { value, properties: readable(properties) };
  }

  /** The properties of all secrets, page by page. */
  *listPropertiesOfSecrets() {
    const list = this.#client.listPropertiesOfSecrets(undefined);
    for (let page; (page = attempt(() => list.next())) !== undefined; ) yield* page.map(readable);
  }
}
