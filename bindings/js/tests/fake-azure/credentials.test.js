import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import {
  AuthenticationError,
  ChainedTokenCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  CredentialUnavailableError,
  DefaultAzureCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from "../../dist/index.js";
import { CLIENT_ID, SERVICE_PRINCIPAL_ID, SERVICE_PRINCIPAL_SECRET, SCOPE, TENANT_ID } from "./constants.js";

const certificates = fileURLToPath(new URL("../../../../tests/certificates/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "keyfob-js-"));
after(() => rmSync(folder, { recursive: true }));

const token = async (credential, options) => {
  const { token, expiresOnTimestamp, credential: name } = await credential.getToken(SCOPE, options);
  assert.ok(token.split(".").length === 3 && expiresOnTimestamp > Date.now());
  return name;
};

test("a client secret, in code and from the environment", async () => {
  assert.equal(await token(new ClientSecretCredential(TENANT_ID, SERVICE_PRINCIPAL_ID, SERVICE_PRINCIPAL_SECRET)), "ClientSecretCredential");
  const env = { AZURE_TENANT_ID: TENANT_ID, AZURE_CLIENT_ID: SERVICE_PRINCIPAL_ID, AZURE_CLIENT_SECRET: SERVICE_PRINCIPAL_SECRET };
  assert.equal(await token(new EnvironmentCredential({ env })), "EnvironmentCredential");
  assert.equal(await token(new DefaultAzureCredential({ env })), "EnvironmentCredential");
});

test("a certificate: by path, as PEM text, encrypted PEM and PKCS#12 with a password", async () => {
  const file = join(folder, "cert.pem");
  copyFileSync(join(certificates, "cert-first.pem"), file);
  const given = [
    file,
    { certificatePath: file },
    { certificate: readFileSync(file, "utf8") },
    { certificate: readFileSync(join(certificates, "aes256.pfx")), certificatePassword: "keyfob-test" },
    { certificate: readFileSync(join(certificates, "encrypted.pem"), "utf8"), certificatePassword: "keyfob-test" },
    { certificatePath: join(certificates, "encrypted.pem"), certificatePassword: "keyfob-test" },
  ];
  for (const certificate of given) {
    assert.equal(await token(new ClientCertificateCredential(TENANT_ID, SERVICE_PRINCIPAL_ID, certificate)), "ClientCertificateCredential");
  }
});

test("a wrong client secret is an AuthenticationError that does not contain it", async () => {
  const wrong = "canary~wrong.secret";
  const error = await new ClientSecretCredential(TENANT_ID, SERVICE_PRINCIPAL_ID, wrong).getToken(SCOPE).catch((error) => error);
  assert.ok(error instanceof AuthenticationError, error);
  assert.deepEqual([error.name, error.code, error.errorResponse.error], ["AuthenticationError", "AADSTS7000215", "AADSTS7000215"]);
  assert.ok(!JSON.stringify([error, error.message, error.stack]).includes(wrong));
  // The stack contains the caller.
  assert.match(error.stack, /credentials\.test\.js/);
});

test("a chain continues after an unavailable credential", async () => {
  const chain = new ChainedTokenCredential(new EnvironmentCredential({ env: {} }), new ManagedIdentityCredential(CLIENT_ID));
  assert.equal(await token(chain), "ManagedIdentityCredential");
  await assert.rejects(new EnvironmentCredential({ env: {} }).getToken(SCOPE), CredentialUnavailableError);
  assert.throws(() => new ChainedTokenCredential({ getToken: 1 }), TypeError);
});

test("selecting the managed identity", async () => {
  assert.equal(await token(new ManagedIdentityCredential({ clientId: CLIENT_ID })), "ManagedIdentityCredential");
  const env = { ...process.env, AZURE_CLIENT_ID: CLIENT_ID };
  const error = await new DefaultAzureCredential({ env, managedIdentitySystemAssigned: true }).getToken(SCOPE).catch((e) => e);
  assert.equal(error.kind, "credential-unavailable");
  const both = { managedIdentityClientId: CLIENT_ID, managedIdentityObjectId: CLIENT_ID };
  assert.throws(() => new DefaultAzureCredential(both), /not managedIdentityClientId and managedIdentityObjectId$/);
});

test("the environment is read when the credential is made", async () => {
  const env = { ...process.env, AZURE_CLIENT_ID: CLIENT_ID };
  const credential = new DefaultAzureCredential({ env });
  env.AZURE_CLIENT_ID = "not-an-id";
  assert.equal(await token(credential), "ManagedIdentityCredential");
});

test("options of getToken", async () => {
  const credential = new ManagedIdentityCredential(CLIENT_ID);
  await token(credential, { enableCae: true, requestOptions: { timeout: 20_000 } });
  await assert.rejects(credential.getToken(SCOPE, { claims: "no JSON" }), { kind: "invalid-argument" });
  await assert.rejects(credential.getToken(SCOPE, { requestOptions: { timeout: 0 } }), { kind: "invalid-argument" });
  await assert.rejects(credential.getToken([]), { kind: "invalid-argument" });
});

test("explain: what getToken would try", async () => {
  const [environment, , managed] = await new DefaultAzureCredential({ managedIdentityClientId: CLIENT_ID }).explain();
  assert.deepEqual([environment.credential, environment.readiness], ["EnvironmentCredential", "unavailable"]);
  assert.deepEqual([managed.credential, managed.readiness], ["ManagedIdentityCredential", "ready"]);
});

test("a symbolic link out of the configured file's directory is not followed", async () => {
  symlinkSync(join(certificates, "cert-first.pem"), join(folder, "link.pem"));
  const linked = new ClientCertificateCredential(TENANT_ID, SERVICE_PRINCIPAL_ID, join(folder, "link.pem"));
  await assert.rejects(linked.getToken(SCOPE), { name: "AuthenticationError" });
  const missing = new WorkloadIdentityCredential({ tenantId: TENANT_ID, clientId: SERVICE_PRINCIPAL_ID, tokenFilePath: join(folder, "none") });
  await assert.rejects(missing.getToken(SCOPE), /none/);
});
