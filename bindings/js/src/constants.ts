/** The constants of `@azure/identity` and `@azure/keyvault-secrets`. */

import { DefaultAzureCredential } from "./credentials.js";

/** The Microsoft Entra hosts, for `authorityHost`. */
export enum AzureAuthorityHosts {
  AzureChina = "https://login.chinacloudapi.cn",
  /** @deprecated This cloud was closed in 2021. */
  AzureGermany = "https://login.microsoftonline.de",
  AzureGovernment = "https://login.microsoftonline.us",
  AzurePublicCloud = "https://login.microsoftonline.com",
}

/** The `name` of the errors, as in the Azure SDK. */
export const AuthenticationErrorName = "AuthenticationError";
export const AggregateAuthenticationErrorName = "AggregateAuthenticationError";
export const CredentialUnavailableErrorName = "CredentialUnavailableError";

/** A new `DefaultAzureCredential`. */
export function getDefaultAzureCredential(): DefaultAzureCredential {
  return new DefaultAzureCredential();
}

/** Values of `recoveryLevel`. */
export enum KnownDeletionRecoveryLevel {
  Purgeable = "Purgeable",
  RecoverablePurgeable = "Recoverable+Purgeable",
  Recoverable = "Recoverable",
  RecoverableProtectedSubscription = "Recoverable+ProtectedSubscription",
  CustomizedRecoverablePurgeable = "CustomizedRecoverable+Purgeable",
  CustomizedRecoverable = "CustomizedRecoverable",
  CustomizedRecoverableProtectedSubscription = "CustomizedRecoverable+ProtectedSubscription",
}

/** One of `KnownDeletionRecoveryLevel`, or a newer one. */
export type DeletionRecoveryLevel = string;

/** Values of `outContentType`. */
export enum KnownContentType {
  PFX = "application/x-pkcs12",
  PEM = "application/x-pem-file",
}

/** One of `KnownContentType`, or a newer one. */
export type ContentType = string;
