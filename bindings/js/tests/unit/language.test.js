/** The component is told the caller's language, so that errors and hints name options of this package. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { DefaultAzureCredential, EnvironmentCredential, WorkloadIdentityCredential } from "../../dist/index.js";

test("hints name options of this package", async () => {
  const error = await new EnvironmentCredential({ env: {} }).getToken("x").catch((error) => error);
  assert.match(error.hint, /give SecretClient the AzureCliCredential of @azure\/identity/);
  const tokenFilePath = "/no/such/folder/token";
  const options = { tenantId: "a.b", clientId: "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08", tokenFilePath, env: {} };
  const missing = await new WorkloadIdentityCredential(options).getToken("x/.default").catch((error) => error);
  assert.match(missing.message, /from the option tokenFilePath/);
  assert.match(missing.hint, /may read \/no\/such\/folder\/token$/);
  assert.doesNotMatch(`${error.message} ${missing.message}`, /static-token|wasmtime|Spin|wasmCloud/);
});

test("messages and candidates name options of this package", async () => {
  const credential = new DefaultAzureCredential({ managedIdentityClientId: "not-a-uuid", exclude: ["EnvironmentCredential"], env: {} });
  const error = await credential.getToken("x/.default").catch((error) => error);
  assert.match(error.message, /the option managedIdentityClientId is not a client id/);
  const [candidate] = await credential.explain();
  assert.match(candidate.message, /the option managedIdentityClientId/);
});
