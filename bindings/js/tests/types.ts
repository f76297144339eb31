/** Checked by tsc and never run: the types of keyfob and of the Azure SDK are compatible. */

import type { TokenCredential as OfficialCredential } from "@azure/identity";
import * as official from "@azure/identity";
import { SecretClient as OfficialClient, type PollerLike, type PollOperationState, type DeletedSecret, type KeyVaultSecret, type SecretProperties } from "@azure/keyvault-secrets";

import * as keyfob from "../dist/index.js";

declare const vaultUrl: string;

export const ours: OfficialCredential[] = [
  new keyfob.DefaultAzureCredential({ managedIdentityClientId: "", tenantId: "", additionallyAllowedTenants: ["*"] }),
  new keyfob.ManagedIdentityCredential("", { imdsConnectTimeoutInMs: 1 }),
  new keyfob.ManagedIdentityCredential({ clientId: "" }),
  new keyfob.ClientSecretCredential("", "", "", { authorityHost: "" }),
  new keyfob.ClientCertificateCredential("", "", { certificate: new Uint8Array(), certificatePassword: "" }),
  new keyfob.WorkloadIdentityCredential({ clientId: "", tokenFilePath: "" }),
  new keyfob.EnvironmentCredential(),
  new keyfob.ClientAssertionCredential("", "", async () => "", { tokenCachePersistenceOptions: { enabled: true } }),
  new keyfob.ChainedTokenCredential(new official.AzureCliCredential(), new keyfob.EnvironmentCredential()),
  new keyfob.DefaultAzureCredential({ requiredEnvVars: ["AZURE_CLIENT_ID", "AZURE_TENANT_ID"], retryOptions: { maxRetries: 1 }, loggingOptions: {} }),
  new keyfob.EnvironmentCredential({ authorityHost: keyfob.AzureAuthorityHosts.AzureGovernment }),
  keyfob.getDefaultAzureCredential(),
  new keyfob.ChainedTokenCredential(new keyfob.EnvironmentCredential()),
];

export const inTheirs = new OfficialClient(vaultUrl, new keyfob.DefaultAzureCredential());
export const theirs = new keyfob.SecretClient(vaultUrl, new official.DefaultAzureCredential(), { cache: { ttlInSeconds: 60 } });

/** Code for the Azure SDK's client also compiles with keyfob's. */
export async function app(client: OfficialClient | keyfob.SecretClient): Promise<KeyVaultSecret> {
  await client.setSecret("name", "value", { tags: { a: "b" }, expiresOn: new Date() });
  const properties: SecretProperties = await client.updateSecretProperties("name", "", { enabled: true });
  for await (const { name, createdOn } of client.listPropertiesOfSecrets()) console.log(name, createdOn?.getTime());
  for await (const page of client.listDeletedSecrets().byPage({ maxPageSize: 5 })) console.log(page.length);
  const poller = await client.beginDeleteSecret(properties.name, { intervalInMs: 1 });
  const deleted: DeletedSecret = await poller.pollUntilDone();
  await client.purgeDeletedSecret(deleted.name, { abortSignal: AbortSignal.timeout(1) });
  const backup = await client.backupSecret("name");
  if (backup !== undefined) await client.restoreSecretBackup(backup);
  return client.getSecret("name", { version: "", requestOptions: { timeout: 1000 } });
}

/** Each type of the Azure SDK takes keyfob's, or the other way round. */
export const poller: PollerLike<PollOperationState<DeletedSecret>, DeletedSecret> = await theirs.beginDeleteSecret("name", { resumeFrom: "" });
export const sameName: keyfob.PollerLike<keyfob.PollOperationState<keyfob.DeletedSecret>, keyfob.DeletedSecret> = await theirs.beginDeleteSecret("name");
export const provider: () => Promise<string> = keyfob.getBearerTokenProvider(new official.AzureCliCredential(), ["scope"]);
export const options: { [K: string]: object } = {
  list: {} satisfies keyfob.ListDeletedSecretsOptions satisfies keyfob.ListPropertiesOfSecretsOptions satisfies keyfob.ListPropertiesOfSecretVersionsOptions,
  begin: { intervalInMs: 1, resumeFrom: "" } satisfies keyfob.BeginDeleteSecretOptions satisfies keyfob.BeginRecoverDeletedSecretOptions satisfies keyfob.SecretPollerOptions,
  one: { abortSignal: AbortSignal.timeout(1), tracingOptions: {} } satisfies keyfob.GetDeletedSecretOptions satisfies keyfob.PurgeDeletedSecretOptions satisfies keyfob.BackupSecretOptions,
  identity: { clientId: "" } satisfies keyfob.ManagedIdentityCredentialClientIdOptions,
  certificate: { certificatePath: "" } satisfies keyfob.ClientCertificatePEMCertificatePath satisfies official.ClientCertificatePEMCertificatePath,
};
/** Members that programs for the Azure SDK name, though they are empty or have no effect. */
export const members: unknown[] = [
  { keepAliveOptions: { enable: true }, serviceVersion: "7.5" } satisfies import("@azure/keyvault-secrets").SecretClientOptions satisfies keyfob.SecretClientOptions,
  (deleted: keyfob.DeletedSecret): string | undefined => deleted.value,
  (properties: keyfob.SecretProperties): undefined => properties.keyId,
];
const responseOf = (error: keyfob.AuthenticationError): official.ErrorResponse => error.errorResponse;
export const errors: Error[] = [
  new keyfob.CredentialUnavailableError("", { cause: 1 }),
  new keyfob.AuthenticationError(400, "{}"),
  new keyfob.AggregateAuthenticationError([new Error("")], ""),
  new keyfob.AuthenticationRequiredError({ scopes: [""] }),
];
export const errorResponse: typeof responseOf = responseOf;
export async function pages(list: keyfob.PagedAsyncIterableIterator<keyfob.SecretProperties, keyfob.SecretProperties[], keyfob.PageSettings>): Promise<void> {
  for await (const page of list.byPage()) console.log(page.length);
}

// @ts-expect-error the proxy is that of the environment
new keyfob.SecretClient("", new keyfob.DefaultAzureCredential(), { proxyOptions: { host: "", port: 1 } });
// @ts-expect-error no such option
new keyfob.DefaultAzureCredential({ managedIdentityClient: "" });
// @ts-expect-error the name must be a string
void theirs.getSecret(1);
