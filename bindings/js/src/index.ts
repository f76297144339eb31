/** Azure identity and Key Vault secrets, with the interfaces of `@azure/identity` and `@azure/keyvault-secrets`. */

export type { AbortSignalLike } from "./abort.js";
export * from "./chain.js";
export * from "./client-assertion.js";
export * from "./constants.js";
export * from "./secret-client.js";
export * from "./token-provider.js";
export type * from "./secret-options.js";
export type { PipelineOptions } from "./sdk-options.js";
export {
  KeyfobCredential,
  type AccessToken,
  type AuthorityValidationOptions,
  type Candidate,
  type CredentialOptions,
  type GetTokenOptions,
  type KeyfobAccessToken,
  type MultiTenantTokenCredentialOptions,
  type TokenCredential,
  type TokenCredentialOptions,
} from "./base-credential.js";
export {
  AggregateAuthenticationError,
  AuthenticationError,
  AuthenticationRequiredError,
  CredentialUnavailableError,
  KeyfobError,
  RestError,
  type Attempt,
  type AuthenticationRequiredErrorOptions,
  type ErrorFields,
  type ErrorKind,
  type ErrorResponse,
  type KeptResponse,
  type KeyfobErrorOptions,
} from "./errors.js";
export * from "./identifier.js";
export * from "./credentials.js";
export type { PagedAsyncIterableIterator, PageSettings } from "./paging.js";
export type { Poller, PollerLike, PollerOptions, PollOperationState } from "./poller.js";
export type { CacheInfo, DeletedSecret, DeletionProperties, KeyVaultSecret, ReadSecret, SecretProperties } from "./secret.js";
