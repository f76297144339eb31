/** Azure identity and Key Vault secrets, with the interfaces of `@azure/identity` and `@azure/keyvault-secrets`. */

export type { AbortSignalLike } from "./abort.js";
export * from "./secret-client.js";
export {
  KeyfobCredential,
  type AccessToken,
  type Candidate,
  type CredentialOptions,
  type GetTokenOptions,
  type KeyfobAccessToken,
  type TokenCredential,
} from "./base-credential.js";
export {
  AggregateAuthenticationError,
  AuthenticationError,
  CredentialUnavailableError,
  KeyfobError,
  RestError,
  type Attempt,
  type ErrorKind,
  type KeyfobErrorOptions,
} from "./errors.js";
export * from "./identifier.js";
export * from "./credentials.js";
export type { PagedAsyncIterableIterator, PageSettings } from "./paging.js";
export type { Poller, PollerOptions, PollOperationState } from "./poller.js";
export type { CacheInfo, DeletedSecret, DeletionProperties, KeyVaultSecret, ReadSecret, SecretProperties } from "./secret.js";
