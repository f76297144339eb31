import assert from "node:assert/strict";
import { test } from "node:test";

import { AggregateAuthenticationError, DefaultAzureCredential, SecretClient } from "../../dist/index.js";
import { CLIENT_ID, SECRET_VALUE, VAULT } from "./constants.js";

const secret = (options) => new SecretClient(VAULT, new DefaultAzureCredential(options)).getSecret("secret-a");

test("without the client id of a user-assigned identity, the error tells how to set it", async () => {
  const error = await secret().catch((error) => error);
  assert.ok(error instanceof AggregateAuthenticationError);
  assert.equal(error.kind, "credential-unavailable");
  assert.match(error.hint, /Set AZURE_CLIENT_ID to the client id of the app's user-assigned identity/);
  assert.ok(error.message.endsWith(`\n\nFix:\n  ${error.hint.replaceAll("\n", "\n  ")}`));
  const outcomes = error.attempts.map(({ credential, outcome }) => `${credential} ${outcome}`);
  assert.deepEqual(outcomes.slice(0, 3), [
    "EnvironmentCredential unavailable",
    "WorkloadIdentityCredential unavailable",
    "ManagedIdentityCredential unavailable",
  ]);
  assert.equal(error.errors.length, error.attempts.length);
  assert.match(String(error.errors[2]), /^CredentialUnavailableError: ManagedIdentityCredential: App Service answered 400: /);
});

test("the client id in code", async () => {
  const { value, credential, source } = await secret({ managedIdentityClientId: CLIENT_ID });
  assert.deepEqual([value, credential, source], [SECRET_VALUE, "ManagedIdentityCredential", "App Service"]);
});

test("the client id in AZURE_CLIENT_ID", async () => {
  process.env.AZURE_CLIENT_ID = CLIENT_ID;
  try {
    assert.equal((await secret()).value, SECRET_VALUE);
  } finally {
    delete process.env.AZURE_CLIENT_ID;
  }
});
