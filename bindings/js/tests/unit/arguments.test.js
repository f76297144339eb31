/** Values of every kind for every argument: each call settles, nothing invalid is sent, and the next call works. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ChainedTokenCredential,
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  EnvironmentCredential,
  KeyfobError,
  ManagedIdentityCredential,
  SecretClient,
  WorkloadIdentityCredential,
  getBearerTokenProvider,
} from "../../dist/index.js";
import { client, credential, respond, serve } from "./loopback-vault.js";

const CANARY = "canary~value.of-a-secret";
const throwing = () => {
  throw new Error(CANARY);
};

/** Values that are no string. Most of them can't be cloned into a message, or run code when they are read. */
function hostileValues() {
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const cyclic = { CANARY };
  cyclic.self = cyclic;
  const traps = Object.fromEntries(["get", "has", "ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor"].map((name) => [name, throwing]));
  return {
    function: () => CANARY,
    symbol: Symbol(CANARY),
    proxy: new Proxy({ value: CANARY }, {}),
    "proxy that throws": new Proxy({}, traps),
    "revoked proxy": revoked,
    cyclic,
    "object with toString": { toString: () => CANARY },
    "object that throws": { toString: throwing, valueOf: throwing, toJSON: throwing },
    "String object": new String(CANARY),
    promise: Promise.resolve(CANARY),
    "weak map": new WeakMap(),
    "a number": 7,
    "a bigint": 7n,
    "NaN": NaN,
    "a lone surrogate": `${CANARY}\ud800`,
    "a text that is too long": CANARY.repeat(20_000),
  };
}

/** Where the value must be a string. */
const STRINGS = {
  "the vault URL": (value) => new SecretClient(value, credential),
  serviceVersion: (value) => new SecretClient("https://a.b", credential, { serviceVersion: value }),
  "getSecret name": (value, vault) => vault.getSecret(value),
  "getSecret version": (value, vault) => vault.getSecret("a", { version: value }),
  "getSecret outContentType": (value, vault) => vault.getSecret("a", { outContentType: value }),
  "getSecrets outContentType": (value, vault) => vault.getSecrets(["a"], { outContentType: value }),
  "setSecret name": (value, vault) => vault.setSecret(value, "x"),
  "setSecret value": (value, vault) => vault.setSecret("a", value),
  "setSecret contentType": (value, vault) => vault.setSecret("a", "x", { contentType: value }),
  "setSecret tag": (value, vault) => vault.setSecret("a", "x", { tags: { tag: value } }),
  "updateSecretProperties name": (value, vault) => vault.updateSecretProperties(value, ""),
  "updateSecretProperties version": (value, vault) => vault.updateSecretProperties("a", value),
  "listPropertiesOfSecretVersions name": (value, vault) => vault.listPropertiesOfSecretVersions(value).next(),
  "beginDeleteSecret name": (value, vault) => vault.beginDeleteSecret(value),
  "beginRecoverDeletedSecret name": (value, vault) => vault.beginRecoverDeletedSecret(value),
  "getDeletedSecret name": (value, vault) => vault.getDeletedSecret(value),
  "purgeDeletedSecret name": (value, vault) => vault.purgeDeletedSecret(value),
  "backupSecret name": (value, vault) => vault.backupSecret(value),
  "getToken scope": (value) => environment().getToken([value]),
  "getToken claims": (value) => environment().getToken("a", { claims: value }),
  "getToken tenantId": (value) => environment().getToken("a", { tenantId: value }),
  tenantId: (value) => new ClientSecretCredential(value, "id", "secret"),
  "tenantId of an assertion": (value) => new ClientAssertionCredential(value, "id", async () => "x"),
  "tenantId of workload identity": (value) => new WorkloadIdentityCredential({ tenantId: value, env: {} }),
  AZURE_TENANT_ID: (value) => new EnvironmentCredential({ env: { AZURE_TENANT_ID: value } }),
  AZURE_TOKEN_CREDENTIALS: (value) => new DefaultAzureCredential({ env: { AZURE_TOKEN_CREDENTIALS: value } }),
  resumeFrom: (value, vault) => vault.beginDeleteSecret("a", { resumeFrom: value }),
  "scope of a token provider": (value) => getBearerTokenProvider(credential, [value]),
  clientId: (value) => new ClientSecretCredential("tenant", value, "secret"),
  clientSecret: (value) => new ClientSecretCredential("tenant", "id", value),
  authorityHost: (value) => new EnvironmentCredential({ authorityHost: value }),
  "an additionally allowed tenant": (value) => new EnvironmentCredential({ additionallyAllowedTenants: [value] }),
  "a variable": (value) => new EnvironmentCredential({ env: { AZURE_CLIENT_SECRET: value } }),
  certificatePath: (value) => new ClientCertificateCredential("tenant", "id", { certificatePath: value }),
  certificatePassword: (value) => new ClientCertificateCredential("tenant", "id", { certificate: "pem", certificatePassword: value }),
  tokenFilePath: (value) => new WorkloadIdentityCredential({ tokenFilePath: value }),
  "an excluded credential": (value) => new DefaultAzureCredential({ exclude: [value] }),
  managedIdentityClientId: (value) => new DefaultAzureCredential({ managedIdentityClientId: value }),
  resourceId: (value) => new ManagedIdentityCredential({ resourceId: value }),
};

/** Where the value must be something else than any of the hostile values, or their members are read and checked. */
const OTHERS = {
  "getSecrets names": (value, vault) => vault.getSecrets(value),
  "getSecrets maxConcurrency": (value, vault) => vault.getSecrets(["a"], { maxConcurrency: value }),
  bypassCache: (value, vault) => vault.getSecret("a", { bypassCache: value }),
  timeout: (value, vault) => vault.getSecret("a", { requestOptions: { timeout: value } }),
  abortSignal: (value, vault) => vault.getSecret("a", { abortSignal: value }),
  requestOptions: (value, vault) => vault.getSecret("a", { requestOptions: value }),
  options: (value, vault) => vault.getSecret("a", value),
  "options of a list": (value, vault) => vault.listDeletedSecrets(value).next(),
  "settings of byPage": (value, vault) => vault.listPropertiesOfSecrets().byPage(value).next(),
  maxPageSize: (value, vault) => vault.listPropertiesOfSecrets().byPage({ maxPageSize: value }).next(),
  intervalInMs: (value, vault) => vault.beginDeleteSecret("a", { intervalInMs: value }),
  tags: (value, vault) => vault.setSecret("a", "x", { tags: value }),
  enabled: (value, vault) => vault.setSecret("a", "x", { enabled: value }),
  expiresOn: (value, vault) => vault.setSecret("a", "x", { expiresOn: value }),
  backup: (value, vault) => vault.restoreSecretBackup(value),
  cache: (value) => new SecretClient("https://a.b", credential, { cache: value }),
  "cache limits": (value) => new SecretClient("https://a.b", credential, { cache: { ttlInSeconds: 1, limits: value } }),
  ttlInSeconds: (value) => new SecretClient("https://a.b", credential, { cache: { ttlInSeconds: value } }),
  credential: (value) => new SecretClient("https://a.b", value),
  "options of a client": (value) => new SecretClient("https://a.b", credential, value),
  "options of a credential": (value) => new DefaultAzureCredential(value),
  "options of getToken": (value) => environment().getToken("a", value),
  scopes: (value) => environment().getToken(value),
  env: (value) => new EnvironmentCredential({ env: value }),
  certificate: (value) => new ClientCertificateCredential("tenant", "id", value),
  "certificate bytes": (value) => new ClientCertificateCredential("tenant", "id", { certificate: value }),
  sources: (value) => new ChainedTokenCredential(value),
  requiredEnvVars: (value) => new DefaultAzureCredential({ requiredEnvVars: value }),
  imdsConnectTimeoutInMs: (value) => new ManagedIdentityCredential({ imdsConnectTimeoutInMs: value }),
  managedIdentitySystemAssigned: (value) => new DefaultAzureCredential({ managedIdentitySystemAssigned: value }),
  getAssertion: (value) => new ClientAssertionCredential("tenant", "id", value, { env: {} }),
  "credential of a token provider": (value) => getBearerTokenProvider(value, "a"),
  proxyOptions: (value) => new EnvironmentCredential({ env: {}, proxyOptions: value }),
  "retryOptions of a client": (value) => new SecretClient("https://a.b", credential, { retryOptions: value }),
  "additionalPolicies of a client": (value) => new SecretClient("https://a.b", credential, { additionalPolicies: value }),
  customHeaders: (value, vault) => vault.getSecret("a", { requestOptions: { customHeaders: value } }),
  onResponse: (value, vault) => vault.getSecret("a", { onResponse: value }),
  disableInstanceDiscovery: (value) => new DefaultAzureCredential({ disableInstanceDiscovery: value }),
};

function environment() {
  return new EnvironmentCredential({ env: {} });
}

/** What the call throws or rejects with; undefined if it succeeds. */
async function failureOf(call) {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

const textOf = (error) => [error.message, error.stack, error.hint, JSON.stringify(error)].join("\n");

test("where a string is expected, every other value is refused by its type, and nothing is sent", async (t) => {
  const requests = [];
  const { url } = await serve(t, (request, response) => (requests.push(request.url), respond(request, response)));
  const vault = client(url);
  for (const [place, call] of Object.entries(STRINGS)) {
    for (const [kind, value] of Object.entries(hostileValues())) {
      const error = await failureOf(() => call(value, vault));
      assert.ok(error instanceof KeyfobError && error.kind === "invalid-argument", `${place}: ${kind}: ${error}`);
      assert.ok(!textOf(error).includes(CANARY), `${place}: ${kind}: ${error.message}`);
    }
  }
  assert.deepEqual(requests, []);
  assert.equal((await vault.getSecret("a")).value, "a");
});

test("everywhere else, the call settles, its error shows no value, and the next call works", async (t) => {
  const { url } = await serve(t, respond);
  const vault = client(url);
  for (const [place, call] of Object.entries(OTHERS)) {
    for (const [kind, value] of Object.entries(hostileValues())) {
      const error = await failureOf(() => call(value, vault));
      if (error !== undefined) assert.ok(error instanceof KeyfobError || error instanceof TypeError, `${place}: ${kind}: ${error}`);
      if (error !== undefined) assert.ok(!textOf(error).includes(CANARY), `${place}: ${kind}: ${error.message}`);
    }
    assert.equal((await vault.getSecret("a")).value, "a", place);
  }
});

test("options may be null, as in the Azure SDK", async (t) => {
  const { url } = await serve(t, respond);
  const vault = new SecretClient(url, credential, null);
  assert.equal((await vault.getSecret("a", null)).value, "a");
  await assert.rejects(new DefaultAzureCredential({ env: {}, exclude: ["ManagedIdentityCredential"] }).getToken("a", null), { kind: "credential-unavailable" });
  for (const create of [() => new EnvironmentCredential(null), () => new ManagedIdentityCredential(null), () => new DefaultAzureCredential(null)]) create();
});

test("options whose properties throw, or differ when they are read again", async (t) => {
  const { url } = await serve(t, respond);
  const vault = client(url);
  for (const name of ["version", "abortSignal", "requestOptions", "outContentType"]) {
    const options = Object.defineProperty({}, name, { get: throwing, enumerable: true });
    const error = await failureOf(() => vault.getSecret("a", options));
    assert.ok(error instanceof KeyfobError && error.message.startsWith(`${name} has the wrong type`), `${name}: ${error}`);
    assert.ok(!textOf(error).includes(CANARY), name);
  }
  let reads = 0;
  const options = { get version() { return (reads += 1) === 1 ? `${"0".repeat(31)}1` : () => CANARY; } };
  assert.equal((await vault.getSecret("a", options)).value, "a");
  assert.equal(reads, 1);
});

test("a proxy of an array or of options is used as what it stands for", async (t) => {
  const { url } = await serve(t, respond);
  const vault = client(url);
  const names = new Proxy(["a", "b"], {});
  assert.deepEqual((await vault.getSecrets(names, new Proxy({ maxConcurrency: 2 }, {}))).map(({ value }) => value.value), ["a", "b"]);
  const wrong = [{ length: -1 }, { length: 1e9 }, new Proxy([], { get: (array, name) => (name === "length" ? 1e9 : array[name]) })];
  for (const list of wrong) await assert.rejects(vault.getSecrets(list), { kind: "invalid-argument" });
});

test("arguments are copied when the call is made: later changes have no effect", async (t) => {
  const bodies = [];
  const { url } = await serve(t, async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    bodies.push(body);
    respond(request, response);
  });
  const vault = client(url);
  const [tags, backup] = [{ a: "1" }, new Uint8Array([1, 2, 3])];
  const calls = [vault.setSecret("a", "x", { tags }), vault.restoreSecretBackup(backup)];
  tags.a = "2";
  backup.fill(9);
  await Promise.all(calls);
  assert.deepEqual(bodies.filter((body) => body !== "").map((body) => JSON.parse(body)), [{ value: "x", tags: { a: "1" } }, { value: "AQID" }]);
});

test("signals of other packages: without a listener, with one that is called at once, and with errors", async (t) => {
  const requests = [];
  const { url } = await serve(t, (request, response) => (requests.push(request.url), respond(request, response)));
  const vault = client(url);
  const signal = (properties) => ({ aborted: false, addEventListener() {}, removeEventListener() {}, ...properties });
  for (const abortSignal of [signal({ addEventListener: throwing }), Object.defineProperty(signal(), "aborted", { get: throwing }), { aborted: false }]) {
    const error = await failureOf(() => vault.getSecret("a", { abortSignal }));
    assert.ok(error instanceof KeyfobError && error.kind === "invalid-argument" && !textOf(error).includes(CANARY), String(error));
  }
  const atOnce = signal({ addEventListener: (_, listener) => listener() });
  await assert.rejects(vault.getSecret("a", { abortSignal: atOnce }), { name: "AbortError" });
  assert.deepEqual(requests, []);
  for (const abortSignal of [signal({ removeEventListener: throwing }), signal({ removeEventListener: undefined }), new Proxy(signal(), {})]) {
    assert.equal((await vault.getSecret("a", { abortSignal })).value, "a");
  }
});

test("a lone surrogate is refused wherever text is sent, and valid pairs are kept", async (t) => {
  const values = [];
  const { url } = await serve(t, async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    values.push(JSON.parse(body).value);
    respond(request, response);
  });
  const vault = client(url);
  for (const value of ["\ud800", "a\udc00", "\ud83d", "\ude00\ud83d", "x\ud800y"]) {
    await assert.rejects(vault.setSecret("a", value), { kind: "invalid-argument", message: /lone surrogate as character [12]/ });
    await assert.rejects(vault.setSecret("a", "x", { tags: { [value]: "x" } }), { message: /lone surrogate/ });
  }
  assert.deepEqual(values, []);
  assert.equal((await vault.setSecret("a", "\u{1f600}\ufffd")).value, "\u{1f600}\ufffd");
  assert.deepEqual(values, ["\u{1f600}\ufffd"]);
});

test("a name is checked in time proportional to its length", async () => {
  const long = `@Microsoft.KeyVault(${"SecretName=;".repeat(21_000)}`;
  await assert.rejects(client("http://127.0.0.1:1").getSecret(long), { kind: "invalid-argument", message: /has 252020 characters/ });
});

test("a name that is none is described and not shown", async () => {
  const vault = client("http://127.0.0.1:1");
  for (const [name, description] of [
    [`${CANARY}`, "has 24 characters, and character 7 is punctuation"],
    ["my_secret", "has 9 characters, and character 3 is an underscore"],
    ["x".repeat(128), "has 128 characters, which are too many"],
    ["pass word", "has 9 characters, and character 5 is white space"],
    [`https://my-vault.vault.azure.net/secrets/${CANARY}`, "has 24 characters, and character 7 is punctuation"],
    [`@Microsoft.KeyVault(VaultName=a;SecretName=${CANARY})`, "has 24 characters, and character 7 is punctuation"],
  ]) {
    for (const call of [() => vault.getSecret(name), () => vault.setSecret(name, "x"), () => vault.backupSecret(name)]) {
      const error = await failureOf(call);
      assert.ok(error instanceof KeyfobError && error.message.includes(description), `${name}: ${error}`);
      assert.ok(!textOf(error).includes(name), error.message);
    }
    const [{ reason }] = await vault.getSecrets([name]);
    assert.ok(reason.message.includes(description) && !textOf(reason).includes(name), reason.message);
  }
});
