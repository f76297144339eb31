/** What constructors find out at once, and the options of the Azure SDK that they take or refuse. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";

import * as keyfob from "../../dist/index.js";
import { TOKEN_CREDENTIALS } from "../../dist/configuration.js";
import { client, credential, respond, serve } from "./loopback-vault.js";

const TENANT = "7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10";
const CLIENT_ID = "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08";
const VAULT = "https://my-vault.vault.azure.net";

test("an argument that is missing or empty", () => {
  const calls = {
    tenantId: (value) => [
      () => new keyfob.ClientSecretCredential(value, CLIENT_ID, "x"),
      () => new keyfob.ClientCertificateCredential(value, CLIENT_ID, "cert.pem"),
      () => new keyfob.ClientAssertionCredential(value, CLIENT_ID, async () => "x"),
    ],
    clientId: (value) => [
      () => new keyfob.ClientSecretCredential(TENANT, value, "x"),
      () => new keyfob.ClientCertificateCredential(TENANT, value, "cert.pem"),
      () => new keyfob.ClientAssertionCredential(TENANT, value, async () => "x"),
    ],
    clientSecret: (value) => [() => new keyfob.ClientSecretCredential(TENANT, CLIENT_ID, value)],
  };
  for (const [name, callsWith] of Object.entries(calls)) {
    for (const value of [undefined, null, ""]) {
      for (const call of callsWith(value)) {
        const expected = { name: "CredentialUnavailableError", message: new RegExp(`: ${name} is a required parameter\\. It is (undefined|null|empty)\n\nFix:\n  Set .* AZURE_`) };
        assert.throws(call, expected);
      }
    }
  }
});

test("a text that is no tenant is described, and not shown", () => {
  const texts = {
    "my tenant": "character 3 is white space",
    "it's": "character 3 is a quotation mark",
    "a/b": "a slash",
    ten_ant: "an underscore",
    "t\u00e9nant": "not ASCII",
    "\ufeffcontoso.com": "begins with a byte order mark",
    " contoso.com": "begins with white space",
    "contoso.com\n": "ends with a newline",
    "contoso.com ": "ends with white space",
    "'contoso.com'": "is in quotes",
    "{contoso.com}": "is in braces",
    "<tenant-id>": "is in brackets",
    "$(TENANT)": "is a variable that was not replaced",
    "${{ secrets.TENANT }}": "is a variable that was not replaced",
    "%TENANT%": "is a variable that was not replaced",
    "@Microsoft.KeyVault(VaultName=a;SecretName=b)": "is a Key Vault reference that App Service did not resolve",
  };
  for (const [value, described] of Object.entries(texts)) {
    const env = { AZURE_TENANT_ID: value };
    for (const call of [
      () => new keyfob.ClientSecretCredential(value, CLIENT_ID, "x"),
      () => new keyfob.ClientCertificateCredential(value, CLIENT_ID, "cert.pem"),
      () => new keyfob.ClientAssertionCredential(value, CLIENT_ID, async () => "x"),
      () => new keyfob.WorkloadIdentityCredential({ tenantId: value, env: {} }),
      () => new keyfob.WorkloadIdentityCredential({ env }),
      () => new keyfob.EnvironmentCredential({ env }),
    ]) {
      assert.throws(call, ({ kind, message }) => kind === "invalid-argument" && message.includes(described) && !message.includes(value), value);
    }
  }
  for (const tenant of [TENANT, "contoso.onmicrosoft.com", "adfs", "common"]) new keyfob.ClientSecretCredential(tenant, CLIENT_ID, "x", { env: {} });
  // The default chain reports it with the reasons of the other credentials.
  new keyfob.DefaultAzureCredential({ env: { AZURE_TENANT_ID: "my tenant" } });
});

test("AZURE_TOKEN_CREDENTIALS", () => {
  const chain = (value) => new keyfob.DefaultAzureCredential({ env: { AZURE_TOKEN_CREDENTIALS: value } });
  for (const value of [...TOKEN_CREDENTIALS, "PROD", " prod\n", "managedidentitycredential", ""]) chain(value);
  assert.throws(() => chain("ManagedIdentity"), { kind: "invalid-argument", message: /^Invalid value for AZURE_TOKEN_CREDENTIALS = ManagedIdentity\n\nFix:\n  Set AZURE_TOKEN_CREDENTIALS to prod/ });
  assert.throws(() => chain("s3cret~value"), { message: /^Invalid value for AZURE_TOKEN_CREDENTIALS = a text of 12 characters\n/ });
});

test("the values of AZURE_TOKEN_CREDENTIALS are those in the component's sources", () => {
  const folder = fileURLToPath(new URL("../../../../src/credential/", import.meta.url));
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".rs"));
  const sources = files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  for (const name of TOKEN_CREDENTIALS) assert.ok(sources.includes(`"${name}"`), name);
  const unsupported = [...sources.matchAll(/Unsupported\("(\w+)"/g)].map(([, name]) => name);
  assert.ok(unsupported.length > 0 && unsupported.every((name) => TOKEN_CREDENTIALS.includes(name)), unsupported.join());
});

test("requiredEnvVars: several names, each of any variable", () => {
  const chain = (requiredEnvVars, env) => new keyfob.DefaultAzureCredential({ requiredEnvVars, env });
  chain("AZURE_CLIENT_ID", { AZURE_CLIENT_ID: CLIENT_ID });
  chain(["AZURE_TOKEN_CREDENTIALS", "AZURE_TENANT_ID", "MY_OWN"], { AZURE_TOKEN_CREDENTIALS: "prod", AZURE_TENANT_ID: TENANT, MY_OWN: "1" });
  chain([], {});
  const one = /^Required environment variable 'AZURE_CLIENT_ID' for DefaultAzureCredential is not set or empty\n/;
  for (const env of [{}, { AZURE_CLIENT_ID: "" }, { AZURE_CLIENT_ID: undefined }]) assert.throws(() => chain("AZURE_CLIENT_ID", env), { message: one });
  const two = /^Required environment variables 'AZURE_CLIENT_ID, AZURE_TENANT_ID' for DefaultAzureCredential are not set or empty\n/;
  assert.throws(() => chain(["AZURE_CLIENT_ID", "AZURE_TOKEN_CREDENTIALS", "AZURE_TENANT_ID"], { AZURE_TOKEN_CREDENTIALS: "prod" }), { message: two });
});

test("an empty chain, two ids of an identity, two certificates", () => {
  assert.throws(() => new keyfob.ChainedTokenCredential(), { kind: "invalid-argument", message: /at least one credential/ });
  const ids = { clientId: "a", resourceId: "b", objectId: "c" };
  const one = "ManagedIdentityCredential: only one of 'clientId', 'resourceId', or 'objectId' can be provided, not";
  assert.throws(() => new keyfob.ManagedIdentityCredential(ids), { message: `${one} clientId and resourceId and objectId` });
  assert.throws(() => new keyfob.ManagedIdentityCredential("a", { objectId: "b" }), { message: `${one} clientId and objectId` });
  const both = { managedIdentityClientId: "a", managedIdentityResourceId: "b" };
  const names = "'managedIdentityClientId', 'managedIdentityResourceId', 'managedIdentityObjectId', or 'managedIdentitySystemAssigned'";
  const message = `DefaultAzureCredential: only one of ${names} can be provided, not managedIdentityClientId and managedIdentityResourceId`;
  assert.throws(() => new keyfob.DefaultAzureCredential(both), { name: "TypeError", message });
  const certificates = { certificate: "x", certificatePath: "y" };
  assert.throws(() => new keyfob.ClientCertificateCredential(TENANT, CLIENT_ID, certificates), { message: /choose one of certificate and certificatePath/ });
});

/** Each constructor with further options. */
const CONSTRUCTORS = {
  DefaultAzureCredential: (options) => new keyfob.DefaultAzureCredential(options),
  ManagedIdentityCredential: (options) => new keyfob.ManagedIdentityCredential(options),
  "ManagedIdentityCredential with a client id": (options) => new keyfob.ManagedIdentityCredential(CLIENT_ID, options),
  EnvironmentCredential: (options) => new keyfob.EnvironmentCredential(options),
  WorkloadIdentityCredential: (options) => new keyfob.WorkloadIdentityCredential(options),
  ClientSecretCredential: (options) => new keyfob.ClientSecretCredential(TENANT, CLIENT_ID, "x", options),
  ClientCertificateCredential: (options) => new keyfob.ClientCertificateCredential(TENANT, CLIENT_ID, "cert.pem", options),
  ClientAssertionCredential: (options) => new keyfob.ClientAssertionCredential(TENANT, CLIENT_ID, async () => "x", options),
  SecretClient: (options) => new keyfob.SecretClient(VAULT, credential, options),
};

test("options of the Azure SDK that change nothing here are taken", () => {
  const options = {
    retryOptions: { maxRetries: 0, retryDelayInMs: 1, maxRetryDelayInMs: 2 },
    redirectOptions: { maxRetries: 1 },
    userAgentOptions: { userAgentPrefix: "app" },
    telemetryOptions: { clientRequestIdHeaderName: "x" },
    loggingOptions: { allowLoggingAccountIdentifiers: true, enableUnsafeSupportLogging: true, logger() {} },
    allowInsecureConnection: true,
    processTimeoutInMs: 1,
    tokenCachePersistenceOptions: { enabled: true },
    additionalPolicies: [],
    proxyOptions: undefined,
    tlsOptions: {},
    httpClient: null,
  };
  for (const create of Object.values(CONSTRUCTORS)) create(options);
});

test("options whose effect would be missed are a TypeError that says where it is set instead", () => {
  const refused = {
    httpClient: [{ sendRequest() {} }, /HTTPS_PROXY.*NODE_EXTRA_CA_CERTS/],
    transport: [{}, /HTTPS_PROXY/, { send() {} }],
    agent: [{}, /https\.globalAgent/],
    proxyOptions: [{ host: "http://proxy", port: 8080, password: "canary" }, /HTTPS_PROXY=.*NO_PROXY/],
    tlsOptions: [{ ca: "canary" }, /NODE_EXTRA_CA_CERTS=FILE/],
    additionalPolicies: [[{ policy: {}, position: "perCall" }], /AZURE_LOG_LEVEL/],
  };
  for (const [name, [value, instead, other = value]] of Object.entries(refused)) {
    for (const [constructor, create] of Object.entries(CONSTRUCTORS)) {
      assert.throws(() => create({ [name]: other }), (error) => {
        assert.ok(error instanceof TypeError && error instanceof keyfob.KeyfobError, `${constructor}: ${inspect(error)}`);
        assert.match(error.message, new RegExp(`^the option ${name} can't be used: .*\n\nFix:\n  `));
        assert.match(error.hint, instead);
        assert.ok(!inspect(error).includes("canary"));
        return true;
      });
    }
  }
});

test("options of calls: tracing is taken, what would be missed is refused", async (t) => {
  const requests = [];
  const { url } = await serve(t, (request, response) => (requests.push(request.url), respond(request, response)));
  const vault = client(url);
  const taken = { tracingOptions: { tracingContext: {} }, requestOptions: { timeout: 20_000, customHeaders: {}, allowInsecureConnection: true }, onResponse: undefined };
  assert.equal((await vault.getSecret("a", taken)).value, "a");
  const sent = requests.length;
  const token = (options) => new keyfob.EnvironmentCredential({ env: {} }).getToken("a", options);
  for (const [name, options] of Object.entries({ onResponse: { onResponse() {} }, customHeaders: { requestOptions: { customHeaders: { a: "b" } } } })) {
    for (const call of [() => vault.getSecret("a", options), () => vault.setSecret("a", "b", options), () => vault.beginDeleteSecret("a", options), () => token(options)]) {
      await assert.rejects(call, { name: "TypeError", message: new RegExp(`^the option ${name} can't be used`) });
    }
  }
  await assert.rejects(token({ proofOfPossessionOptions: { nonce: "x" } }), TypeError);
  assert.equal(requests.length, sent);
});
