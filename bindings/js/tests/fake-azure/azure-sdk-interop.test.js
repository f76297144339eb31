/** With the official packages: our credential in their client, and theirs in ours. */

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
import { CLIENT_ID, SCOPE, VALUE, VAULT } from "./constants.js";

test("our credential in the official client", async () => {
  const client = new OfficialClient(VAULT, new DefaultAzureCredential({ managedIdentityClientId: CLIENT_ID }));
  assert.equal((await client.getSecret("secret-a")).value, VALUE);
});

test("our credential in the official chain, which goes on after it", async () => {
  const unavailable = new EnvironmentCredential({ env: {} });
  const chain = new official.ChainedTokenCredential(unavailable, new ManagedIdentityCredential(CLIENT_ID));
  assert.ok((await chain.getToken(SCOPE)).token);
});

test("the official credential in our client: asked once, and again when the token is due", async () => {
  const inner = new official.ManagedIdentityCredential(CLIENT_ID);
  const asked = [];
  let shorten = true;
  const counting = {
    async getToken(scopes) {
      asked.push(scopes);
      const token = await inner.getToken(scopes);
      // The first one is due at once.
      return shorten ? { ...token, refreshAfterTimestamp: Date.now() - 1 } : token;
    },
  };
  const client = new SecretClient(VAULT, counting);
  assert.equal((await client.getSecret("secret-a")).value, VALUE);
  shorten = false;
  const { value, credential } = await client.getSecret("secret-a");
  await client.getSecret("secret-a");
  assert.deepEqual([value, credential, asked], [VALUE, "StaticTokenCredential", [SCOPE, SCOPE]]);
});

test("both give the same token's worth", async () => {
  const ours = await new ManagedIdentityCredential(CLIENT_ID).getToken(SCOPE);
  const theirs = await new official.ManagedIdentityCredential(CLIENT_ID).getToken(SCOPE);
  assert.ok(Math.abs(ours.expiresOnTimestamp - theirs.expiresOnTimestamp) < 60_000);
  assert.deepEqual([ours.tokenType, theirs.tokenType], ["Bearer", "Bearer"]);
});

test("identifiers are taken apart alike", () => {
  for (const id of [`${VAULT}/secrets/name`, `${VAULT}/secrets/name/0123`, "https://localhost:8443/secrets/name/0123"]) {
    const { version, ...rest } = officialParse(id);
    assert.deepEqual(parseKeyVaultSecretIdentifier(id), { ...rest, ...(version && { version }) });
  }
  for (const id of ["", "name", `${VAULT}/keys/name`, `${VAULT}/secrets/name/0123/4`, `${VAULT}/secrets/`]) {
    assert.throws(() => parseKeyVaultSecretIdentifier(id), { kind: "invalid-argument" });
  }
});
