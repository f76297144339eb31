/** Checked by tsc and never run: the types of keyfob and of the Azure SDK are compatible. */

import type { TokenCredential as OfficialCredential } from "@azure/identity";
import * as official from "@azure/identity";
import { SecretClient as OfficialClient, type DeletedSecret, type KeyVaultSecret, type SecretProperties } from "@azure/keyvault-secrets";

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

// @ts-expect-error no such option
new keyfob.DefaultAzureCredential({ managedIdentityClient: "" });
// @ts-expect-error the name must be a string
void theirs.getSecret(1);
