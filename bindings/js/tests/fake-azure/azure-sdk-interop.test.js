/** Together with the Azure SDK: keyfob's credentials in its client, and its credentials in keyfob's client. */

import assert from "node:assert/strict";
import { test } from "node:test";

import * as official from "@azure/identity";
import { SecretClient as OfficialClient, parseKeyVaultSecretIdentifier as officialParse } from "@azure/keyvault-secrets";

import {
  DefaultAzureCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  SecretClient,
  parseKeyVaultSecretIdentifier,
} from "../../dist/index.js";
import { CLIENT_ID, SCOPE, SECRET_VALUE, VAULT } from "./constants.js";

test("a keyfob credential in SecretClient of the Azure SDK", async () => {
  const client = new OfficialClient(VAULT, new DefaultAzureCredential({ managedIdentityClientId: CLIENT_ID }));
  assert.equal((await client.getSecret("secret-a")).value, SECRET_VALUE);
});

test("a keyfob credential in ChainedTokenCredential of the Azure SDK, which continues after it", async () => {
  const unavailable = new EnvironmentCredential({ env: {} });
  const chain = new official.ChainedTokenCredential(unavailable, new ManagedIdentityCredential(CLIENT_ID));
  assert.ok((await chain.getToken(SCOPE)).token);
});

test("an Azure SDK credential in keyfob's client: its token is kept until it is due for a refresh", async () => {
  const inner = new official.ManagedIdentityCredential(CLIENT_ID);
  const asked = [];
  let shorten = true;
  const counting = {
    async getToken(scopes) {
      asked.push(scopes);
      const token = await inner.getToken(scopes);
      // The first token is due for a refresh at once.
      return shorten ? { ...token, refreshAfterTimestamp: Date.now() - 1 } : token;
    },
  };
  const client = new SecretClient(VAULT, counting);
  assert.equal((await client.getSecret("secret-a")).value, SECRET_VALUE);
  shorten = false;
  const { value, credential, source } = await client.getSecret("secret-a");
  await client.getSecret("secret-a");
  assert.deepEqual([value, asked], [SECRET_VALUE, [SCOPE, SCOPE]]);
  assert.deepEqual([credential, source], ["TokenCredential", "the program's own credential"]);
  const named = await new SecretClient(VAULT, inner).getSecret("secret-a");
  assert.equal(named.credential, "ManagedIdentityCredential");
});

test("both managed identity credentials return equivalent tokens", async () => {
  const ours = await new ManagedIdentityCredential(CLIENT_ID).getToken(SCOPE);
  const theirs = await new official.ManagedIdentityCredential(CLIENT_ID).getToken(SCOPE);
  assert.ok(Math.abs(ours.expiresOnTimestamp - theirs.expiresOnTimestamp) < 60_000);
  assert.deepEqual([ours.tokenType, theirs.tokenType], ["Bearer", "Bearer"]);
});

test("parseKeyVaultSecretIdentifier returns the same parts", () => {
  for (const id of [`${VAULT}/secrets/name`, `${VAULT}/secrets/name/0123`, "https://localhost:8443/secrets/name/0123"]) {
    const { version, ...rest } = officialParse(id);
    assert.deepEqual(parseKeyVaultSecretIdentifier(id), { ...rest, ...(version && { version }) });
  }
  for (const id of ["", "name", `${VAULT}/keys/name`, `${VAULT}/secrets/name/0123/4`, `${VAULT}/secrets/`]) {
    assert.throws(() => parseKeyVaultSecretIdentifier(id), { kind: "invalid-argument" });
  }
});
