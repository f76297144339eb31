/** What prints an object of the package shows no secret. */

import assert from "node:assert/strict";
import { Console } from "node:console";
import { Writable } from "node:stream";
import { test } from "node:test";
import { format, inspect } from "node:util";

import * as keyfob from "../../dist/index.js";
import { client, respond, serve } from "./loopback-vault.js";
import { serveHttps } from "./loopback-https.js";

const CANARY = "canary~value.of-a-secret";
const TENANT = "7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10";
const CLIENT_ID = "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08";
const CERTIFICATE = `-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----`;

/** Every way of Node that prints an object or makes text of it without naming its secret. */
const PRINTERS = {
  inspect,
  "inspect with all options": (value) => inspect(value, { showHidden: true, depth: Infinity, showProxy: true, colors: true, compact: false }),
  "inspect without hooks": (value) => inspect(value, { customInspect: false, showHidden: true, depth: Infinity }),
  "inspect as a member": (value) => inspect({ list: [value], map: new Map([[value, new Set([value])]]) }, { depth: Infinity, showHidden: true }),
  "inspect of a proxy": (value) => inspect(new Proxy(value, {}), { showProxy: true, depth: Infinity }),
  "inspect of an heir": (value) => inspect(Object.create(value), { showHidden: true, depth: Infinity }),
  "inspect of an error": (value) => inspect(new Error("failed", { cause: value }), { depth: Infinity }),
  "console.log": (value) => printed((console) => console.log(value)),
  "console.dir": (value) => printed((console) => console.dir(value, { depth: Infinity, showHidden: true })),
  "console.error in a list": (value) => printed((console) => console.error("%o %O %j %s", value, value, value, value)),
  format: (value) => format("%o %O %j %s %d", value, value, value, value, value),
  JSON: (value) => JSON.stringify(value) ?? "",
  "JSON as a member": (value) => JSON.stringify({ list: [value] }),
  String: (value) => `${value}`,
};

/** What copies an object, or reads its properties one by one. A secret that was asked for is in the copy; others are not. */
const COPIERS = {
  structuredClone: (value) => inspect(attempt(() => structuredClone(value)), { showHidden: true, depth: Infinity }),
  "own properties": (value) => inspect(Object.getOwnPropertyNames(value).map((name) => [name, value[name]]), { showHidden: true, depth: Infinity }),
  "own symbols": (value) => inspect(Object.getOwnPropertySymbols(value).map((name) => [name, value[name]]), { showHidden: true, depth: Infinity }),
  entries: (value) => inspect(Object.entries(value), { showHidden: true, depth: Infinity }),
  spread: (value) => inspect({ ...value }, { showHidden: true, depth: Infinity }),
  "message of an assertion": (value) => textOfError(() => assert.deepStrictEqual(value, { other: 1 })),
  "message of an assertion on equality": (value) => textOfError(() => assert.equal(value, 1)),
  "console.table": (value) => printed((console) => console.table([value])),
};

function printed(print) {
  let text = "";
  const stream = new Writable({ write: (chunk, _, done) => ((text += chunk), done()) });
  print(new Console({ stdout: stream, stderr: stream }));
  return text;
}

function textOfError(run) {
  try {
    run();
  } catch (error) {
    return inspect(error, { depth: Infinity });
  }
  throw new Error("no error");
}

function attempt(run) {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

/** Fails if any printer shows a run of 8 characters of the canary, as it is or in base64. */
function assertHidden(value, printers, name) {
  const parts = [CANARY, Buffer.from(CANARY).toString("base64")].flatMap((text) => Array.from({ length: text.length - 7 }, (_, at) => text.slice(at, at + 8)));
  for (const [printer, print] of Object.entries(printers)) {
    const text = print(value);
    assert.equal(parts.find((part) => text.includes(part)), undefined, `${name} by ${printer}: ${text}`);
  }
}

/** Every credential of the package, made with secrets in each place that takes one. */
function credentials() {
  const env = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT_ID, AZURE_CLIENT_SECRET: CANARY, AZURE_PASSWORD: CANARY, IDENTITY_HEADER: CANARY, IDENTITY_ENDPOINT: "http://127.0.0.1:1/", MSI_SECRET: CANARY, AZURE_CLIENT_CERTIFICATE_PASSWORD: CANARY };
  const secret = new keyfob.ClientSecretCredential(TENANT, CLIENT_ID, CANARY, { env });
  return {
    DefaultAzureCredential: new keyfob.DefaultAzureCredential({ env }),
    EnvironmentCredential: new keyfob.EnvironmentCredential({ env }),
    WorkloadIdentityCredential: new keyfob.WorkloadIdentityCredential({ env }),
    ManagedIdentityCredential: new keyfob.ManagedIdentityCredential(CLIENT_ID, { env }),
    ClientSecretCredential: secret,
    ClientCertificateCredential: new keyfob.ClientCertificateCredential(TENANT, CLIENT_ID, { certificate: CERTIFICATE, certificatePassword: CANARY }, { env }),
    ClientAssertionCredential: new keyfob.ClientAssertionCredential(TENANT, CLIENT_ID, async () => CANARY, { env }),
    ChainedTokenCredential: new keyfob.ChainedTokenCredential(secret, new keyfob.EnvironmentCredential({ env })),
  };
}

test("every credential of the package, and its functions' results", async () => {
  const all = credentials();
  const classes = Object.keys(keyfob).filter((name) => /^[A-Z].*Credential$/.test(name) && name !== "KeyfobCredential");
  assert.deepEqual(Object.keys(all).sort(), classes.sort());
  for (const [name, credential] of Object.entries(all)) {
    assertHidden(credential, { ...PRINTERS, ...COPIERS }, name);
    assert.ok(inspect(credential).startsWith(name));
    assertHidden(await credential.explain(), { ...PRINTERS, ...COPIERS }, `explain of ${name}`);
    class Own extends credential.constructor {}
    assertHidden(Object.setPrototypeOf(credential, Own.prototype), { ...PRINTERS, ...COPIERS }, `a class that extends ${name}`);
  }
});

test("clients, lists and pollers, with each kind of credential", async (t) => {
  const { url } = await serve(t, (request, response) => {
    const base = `http://${request.headers.host}`;
    const deleted = { value: CANARY, id: `${base}/secrets/a/1`, recoveryId: `${base}/deletedsecrets/a`, deletedDate: 1, scheduledPurgeDate: 2, attributes: {} };
    response.setHeader("content-type", "application/json").end(JSON.stringify(deleted));
  });
  const own = { getToken: async () => ({ token: CANARY, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  assertHidden(new keyfob.ChainedTokenCredential(own, ...Object.values(credentials())), { ...PRINTERS, ...COPIERS }, "a chain with a credential of the program");
  assertHidden(await new keyfob.ChainedTokenCredential(own).getToken("https://a.test/.default"), PRINTERS, "its token");
  const cached = client(url);
  const vaults = [...Object.values(credentials()), own].map((credential) => new keyfob.SecretClient(url, credential, { cache: { ttlInSeconds: 60 } }));
  await vaults.at(-1).getSecret("a");
  for (const vault of [...vaults, cached]) assertHidden(vault, { ...PRINTERS, ...COPIERS }, "a client");
  assertHidden(cached.listPropertiesOfSecrets(), PRINTERS, "a list");
  const poller = await vaults.at(-1).beginDeleteSecret("a");
  for (const value of [poller, poller.getOperationState(), poller.getResult()]) assertHidden(value, { ...PRINTERS, ...COPIERS }, "a poller");
  const odd = new keyfob.SecretClient(`https://me:${CANARY}@my-vault.vault.azure.net/?sig=${CANARY}`, own);
  assertHidden(odd, { ...PRINTERS, ...COPIERS }, "a client with an odd URL");
  assert.equal(inspect(odd), "SecretClient { vaultUrl: '(not the URL of a vault)' }");
  assert.equal(JSON.stringify(odd), '{"vaultUrl":"(not the URL of a vault)"}');
});

test("a secret: its value can be read and copied, and is not printed", async (t) => {
  const { url } = await serve(t, (request, response) => {
    const id = `http://${request.headers.host}/secrets/a/00000000000000000000000000000001`;
    response.setHeader("content-type", "application/json").end(JSON.stringify({ value: CANARY, id, attributes: {}, tags: { owner: "me" } }));
  });
  const vault = client(url);
  const [many] = await vault.getSecrets(["a"]);
  for (const secret of [await vault.getSecret("a"), await vault.setSecret("a", CANARY), many.value]) {
    assertHidden(secret, PRINTERS, "a secret");
    assert.match(inspect(secret), /^KeyVaultSecret \{[^]*name: 'a'[^]*owner: 'me'/);
    assert.equal(JSON.parse(JSON.stringify(secret)).name, "a");
    assert.deepEqual([secret.value, { ...secret }.value, structuredClone(secret).value, Object.keys(secret).includes("value")], [CANARY, CANARY, CANARY, true]);
    assert.equal(Object.getPrototypeOf(secret), Object.prototype);
    secret.value = "another";
    assert.deepEqual([secret.value, inspect(secret).includes("another")], ["another", false]);
  }
  assertHidden(many, PRINTERS, "a result of getSecrets");
});

test("a token, and every error of a request that held secrets", async (t) => {
  let refuse = false;
  await serveHttps(t, async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.setHeader("content-type", "application/json");
    if (!refuse) return response.end(JSON.stringify({ token_type: "Bearer", expires_in: 3600, access_token: CANARY }));
    const text = `AADSTS7000215: Invalid client secret ${CANARY}. ${body} ${request.headers.authorization}`;
    response.writeHead(401).end(JSON.stringify({ error: "invalid_client", error_description: text, error_codes: [7000215] }));
  });
  const credential = () => new keyfob.ClientSecretCredential(TENANT, CLIENT_ID, CANARY, { env: {} });
  const token = await credential().getToken("https://vault.azure.net/.default");
  assert.deepEqual([token.token, { ...token }.token, token.tokenType], [CANARY, CANARY, "Bearer"]);
  assertHidden(token, PRINTERS, "a token");
  refuse = true;
  const chain = new keyfob.ChainedTokenCredential(credential());
  for (const failing of [credential(), chain]) {
    const error = await failing.getToken("https://vault.azure.net/.default").catch((error) => error);
    assert.ok(error instanceof keyfob.KeyfobError, String(error));
    assertHidden(error, { ...PRINTERS, ...COPIERS }, "an error");
    assertHidden([error.message, error.stack, error.hint, error.cause, error.attempts, error.details, error.errors], PRINTERS, "parts of an error");
  }
});

test("a value in the place of the name, with a character that no name has", async (t) => {
  const { url } = await serve(t, respond);
  const error = await client(url).setSecret(CANARY, "name").catch((error) => error);
  assertHidden(error, { ...PRINTERS, ...COPIERS }, "an error");
});

test("content in the place of a path, a class name or a variable", async () => {
  const token = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(CANARY).toString("base64url")}.c2lnbmF0dXJl`;
  const identity = { tenantId: TENANT, clientId: CLIENT_ID, env: {} };
  const calls = {
    "a certificate as path": () => new keyfob.ClientCertificateCredential(TENANT, CLIENT_ID, CERTIFICATE),
    "a certificate as certificatePath": () => new keyfob.ClientCertificateCredential(TENANT, CLIENT_ID, { certificatePath: CERTIFICATE }),
    "a token as tokenFilePath": () => new keyfob.WorkloadIdentityCredential({ ...identity, tokenFilePath: token }),
    "a token as tokenFilePath of the default": () => new keyfob.DefaultAzureCredential({ tokenFilePath: `${token}\n`, env: {} }),
    "a token in AZURE_FEDERATED_TOKEN_FILE": () => new keyfob.WorkloadIdentityCredential({ env: { AZURE_FEDERATED_TOKEN_FILE: token } }),
    "a certificate in AZURE_CLIENT_CERTIFICATE_PATH": () => new keyfob.EnvironmentCredential({ env: { AZURE_CLIENT_CERTIFICATE_PATH: CERTIFICATE } }),
    "a secret in exclude": () => new keyfob.DefaultAzureCredential({ exclude: [CANARY] }),
    "a secret in requiredEnvVars": () => new keyfob.DefaultAzureCredential({ requiredEnvVars: CANARY }),
    "a secret as identifier": () => keyfob.parseKeyVaultSecretIdentifier(`https://a.b/${CANARY}`),
    "a secret as tenant": () => new keyfob.ClientSecretCredential(CANARY, CLIENT_ID, "x", { env: {} }).getToken("https://a.test/.default"),
    "a secret as client id": () => new keyfob.ManagedIdentityCredential(CANARY, { env: { IDENTITY_ENDPOINT: "http://127.0.0.1:1/", IDENTITY_HEADER: "x" } }).getToken("https://a.test/.default"),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await Promise.resolve().then(call).then(() => undefined, (error) => error);
    assert.ok(error instanceof Error, name);
    assertHidden(error, { ...PRINTERS, ...COPIERS }, name);
    assert.ok(!error.message.includes("YW5hcnk"), `${name}: ${error.message}`);
  }
});
