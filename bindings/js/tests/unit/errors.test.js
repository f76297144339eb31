/** How an error is printed: the cause, each attempt once, the fix, and the caller's stack. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { inspect } from "node:util";

import * as official from "@azure/identity";

import * as keyfob from "../../dist/index.js";
import { fromComponent } from "../../dist/errors.js";
import { client, serve } from "./loopback-vault.js";

const CHAIN = {
  kind: "credential-unavailable",
  message: "DefaultAzureCredential: App Service must be told which identity to use.",
  hint: "Set AZURE_CLIENT_ID to the client id of the identity,\nor in code: managedIdentityClientId",
  attempts: [
    { credential: "EnvironmentCredential", outcome: "unavailable", message: "not set: AZURE_TENANT_ID" },
    { credential: "ManagedIdentityCredential", outcome: "unavailable", message: "App Service answered 400: no identity" },
    { credential: "WorkloadIdentityCredential", outcome: "not-supported", message: "a reason of its own" },
    { credential: "AzureCliCredential", outcome: "not-supported", message: "not in a component; on a laptop: keyfob dev-identity" },
    { credential: "BrokerCredential", outcome: "not-supported", message: "not in a component; on a laptop: keyfob dev-identity" },
  ],
  details: [["source", "App Service"]],
};

const TEXT = `DefaultAzureCredential: App Service must be told which identity to use.

Attempted credentials:
  EnvironmentCredential       not set: AZURE_TENANT_ID
  ManagedIdentityCredential   App Service answered 400: no identity
  WorkloadIdentityCredential  a reason of its own
  (AzureCli, Broker: not in a component; on a laptop: keyfob dev-identity)

Fix:
  Set AZURE_CLIENT_ID to the client id of the identity,
  or in code: managedIdentityClientId`;

function attempt(run) {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

test("the message: cause, attempted credentials, fix", () => {
  const listed = `${CHAIN.message}\nAttempted credentials:\n\tEnvironmentCredential: not set: AZURE_TENANT_ID`;
  for (const message of [CHAIN.message, listed]) assert.equal(fromComponent({ ...CHAIN, message }).message, TEXT);
  const [bare, fixed] = [{}, { hint: "Grant the role" }].map((parts) => fromComponent({ kind: "forbidden", message: "403", attempts: [], details: [], ...parts }));
  assert.deepEqual([bare.message, fixed.message], ["403", "403\n\nFix:\n  Grant the role"]);
});

test("inspect and console show the text and the caller's stack, and nothing else", () => {
  const error = fromComponent(CHAIN);
  const lines = inspect(error, { showHidden: false }).split("\n");
  const text = `AggregateAuthenticationError: ${TEXT}`.split("\n");
  assert.deepEqual(lines.slice(0, text.length), text);
  assert.ok(lines.length > text.length && lines.slice(text.length).every((line) => /^ {4}at /.test(line)), lines.join("\n"));
  assert.equal(inspect(error, { customInspect: false }), lines.join("\n"));
  assert.ok(!error.stack.includes("/dist/") && error.stack.includes("errors.test.js"), error.stack);
  assert.equal(inspect(new Error("outer", { cause: error })).match(/not set: AZURE_TENANT_ID/g).length, 1);
  assert.deepEqual(Object.keys(error), []);
});

test("an argument of the wrong type is printed as a TypeError", () => {
  const error = attempt(() => new keyfob.SecretClient(undefined, {}));
  assert.match(inspect(error), /^TypeError: the vault URL has the wrong type: it is undefined, and must be a string\n\nFix:\n {2}Set [^\n]*KEYVAULT_URL\n {4}at /);
  assert.deepEqual([error.name, error instanceof TypeError, error instanceof keyfob.KeyfobError], ["TypeError", true, true]);
});

test("a name with underscores: the fix is about them", async () => {
  const vault = client("http://127.0.0.1:1");
  assert.match((await vault.getSecret("my_secret").catch((error) => error)).hint, /^Write a dash for each underscore/);
  assert.match((await vault.getSecret("my_secret!").catch((error) => error)).hint, /^Check that the arguments are in the right order/);
});

test("a program that makes its own stacks", (t) => {
  const before = Error.prepareStackTrace;
  t.after(() => (Error.prepareStackTrace = before));
  Error.prepareStackTrace = (_, sites) => sites;
  const error = fromComponent(CHAIN);
  assert.ok(Array.isArray(error.stack));
  assert.deepEqual([error.message, error.errors.length], [TEXT, 5]);
});

test("the fields are still there, for programs", () => {
  const error = fromComponent({ ...CHAIN, code: "invalid_request", status: 400, retryAfter: 7n });
  const { name, kind, hint, attempts, statusCode, code, retryAfterInSeconds, details } = error;
  assert.deepEqual([name, kind, hint, statusCode, code, retryAfterInSeconds], ["AggregateAuthenticationError", CHAIN.kind, CHAIN.hint, 400, "invalid_request", 7]);
  assert.deepEqual([attempts, details], [CHAIN.attempts, { source: "App Service" }]);
  assert.ok(Array.isArray(error.errors) && error.errors.every((each) => each.name === "CredentialUnavailableError"));
  assert.deepEqual(error.errors.map(({ message }) => message), CHAIN.attempts.map(({ credential, message }) => `${credential}: ${message}`));
  assert.equal(inspect(error.errors[0]), "[CredentialUnavailableError: EnvironmentCredential: not set: AZURE_TENANT_ID]");
  const json = JSON.parse(JSON.stringify(error));
  assert.deepEqual(json, { name, message: CHAIN.message, kind, hint, attempts, statusCode, code, retryAfterInSeconds, details: { source: "App Service" } });
  const bare = JSON.stringify(new keyfob.KeyfobError({ kind: "other", message: "a" }));
  assert.equal(bare, '{"name":"KeyfobError","message":"a","kind":"other"}');
});

test("an error that nothing catches, of a promise or thrown, is printed once", () => {
  const index = JSON.stringify(new URL("../../dist/index.js", import.meta.url));
  const failing = "new DefaultAzureCredential({ env: {}, exclude: ['ManagedIdentityCredential'] }).getToken('https://a.test/.default')";
  const programs = [`await ${failing};`, `${failing};`, `${failing}.catch((error) => console.error(error));`, `${failing}.catch((error) => setTimeout(() => { throw error; }));`];
  for (const program of programs) {
    const source = `import { DefaultAzureCredential } from ${index};\n${program}`;
    const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", source], { encoding: "utf8", env: { PATH: process.env.PATH } });
    assert.equal(stderr.match(/^ {2}EnvironmentCredential /gm)?.length, 1, stderr);
    assert.equal(stderr.match(/AggregateAuthenticationError: /g)?.length, 1, stderr);
    assert.doesNotMatch(stderr, /undefined|errors:|attempts:|\/dist\/(?!.*\n.*throw)/);
    assert.ok(stderr.trim().split("\n").length <= 24, stderr);
  }
});

test("what fails to get a token is one of the two errors of the Azure SDK, whatever the reason", async (t) => {
  const answers = { 404: "{}", 410: "{}", 429: "{}", 500: "no JSON", 200: "no JSON" };
  for (const [status, body] of Object.entries(answers)) {
    const { url } = await serve(t, (_, response) => response.writeHead(Number(status), { "retry-after": "600" }).end(body));
    const env = { IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER: "x", KEYFOB_ALLOW_LOOPBACK_HTTP: "1" };
    const credential = new keyfob.ManagedIdentityCredential({ env });
    const calls = {
      getToken: () => credential.getToken("https://vault.azure.net/.default", { requestOptions: { timeout: 3000 } }),
      getSecret: () => new keyfob.SecretClient("https://my-vault.vault.azure.net", credential).getSecret("a", { requestOptions: { timeout: 3000 } }),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = await call().catch((error) => error);
      assert.match(error.name, /^(AuthenticationError|CredentialUnavailableError)$/, `${status} ${name}: ${inspect(error)}`);
    }
  }
});

test("a credential that is configured wrongly, and one of a kind that does not exist here", async () => {
  const [vault, scope] = ["https://my-vault.vault.azure.net", "https://vault.azure.net/.default"];
  const fabric = { IDENTITY_ENDPOINT: "https://localhost:2377/metadata/identity/oauth2/token", IDENTITY_HEADER: "x", IDENTITY_SERVER_THUMBPRINT: "x" };
  for (const [credential, name] of [
    [new keyfob.ManagedIdentityCredential("5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08", { env: fabric }), /^(AuthenticationError|CredentialUnavailableError)$/],
    [new keyfob.EnvironmentCredential({ env: { AZURE_AUTHORITY_HOST: "http://a.test", AZURE_TENANT_ID: "t", AZURE_CLIENT_ID: "c", AZURE_CLIENT_SECRET: "s" } }), /^AuthenticationError$/],
    [new keyfob.DefaultAzureCredential({ env: { AZURE_TOKEN_CREDENTIALS: "AzureCliCredential" } }), /^(CredentialUnavailable|AggregateAuthentication)Error$/],
  ]) {
    for (const call of [() => credential.getToken(scope), () => new keyfob.SecretClient(vault, credential).getSecret("a")]) {
      const error = await call().catch((error) => error);
      assert.match(error.name, name, inspect(error));
    }
  }
});

test("a failure of the vault is none of the token", async (t) => {
  const { url } = await serve(t, (_, response) => response.writeHead(429, { "content-type": "application/json" }).end("{}"));
  const error = await client(url).getSecret("a", { requestOptions: { timeout: 2000 } }).catch((error) => error);
  assert.equal(error.name, "RestError", inspect(error));
});

test("an argument that the vault would refuse is no failure to get a token", async () => {
  const env = { IDENTITY_ENDPOINT: "http://127.0.0.1:9/msi/token", IDENTITY_HEADER: "x" };
  for (const Credential of [keyfob.DefaultAzureCredential, keyfob.ManagedIdentityCredential]) {
    const vault = new keyfob.SecretClient("https://my-vault.vault.azure.net", new Credential({ env }));
    const error = await vault.setSecret("a", "x".repeat(30_000)).catch((error) => error);
    assert.deepEqual([error.name, error.kind], ["KeyfobError", "invalid-argument"]);
  }
});

test("a chain of one credential that is unavailable ends like any other chain", async () => {
  for (const Chain of [keyfob, official].map(({ ChainedTokenCredential }) => ChainedTokenCredential)) {
    const error = await new Chain(new keyfob.EnvironmentCredential({ env: {} })).getToken("https://vault.azure.net/.default").catch((error) => error);
    assert.deepEqual([error.name, error.errors.length, error.errors[0].name], ["AggregateAuthenticationError", 1, "CredentialUnavailableError"]);
  }
});

test("the default chain is a chain", () => {
  const [chain, single] = [new keyfob.DefaultAzureCredential({ env: {} }), new keyfob.EnvironmentCredential({ env: {} })];
  class Own extends keyfob.ChainedTokenCredential {}
  for (const Chain of [keyfob.ChainedTokenCredential, official.ChainedTokenCredential]) assert.ok(!(single instanceof Chain));
  assert.ok(new official.DefaultAzureCredential() instanceof official.ChainedTokenCredential && chain instanceof keyfob.ChainedTokenCredential);
  assert.ok(new Own(single) instanceof keyfob.ChainedTokenCredential && !(chain instanceof Own) && !(new Own(single) instanceof keyfob.DefaultAzureCredential));
});

test("what programs read of a response", () => {
  const error = fromComponent({ ...CHAIN, status: 429, retryAfter: 7n, attempts: [], details: [["x-ms-request-id", "an-id"], ["source", "IMDS"]] });
  const { status, headers } = error.response;
  assert.deepEqual([status, headers.get("Retry-After"), headers.get("x-ms-request-id"), headers.get("source")], [429, "7", "an-id", undefined]);
  assert.equal(new keyfob.KeyfobError({ kind: "other", message: "a" }).response, undefined);
});

test("errors that a program makes, with the constructors of the Azure SDK", () => {
  const unavailable = new keyfob.CredentialUnavailableError("no az", { cause: new Error("inner") });
  assert.deepEqual([unavailable.name, unavailable.message, unavailable.kind, unavailable.cause.message], ["CredentialUnavailableError", "no az", "credential-unavailable", "inner"]);
  const body = { error: "invalid_client", error_description: "AADSTS7000215: wrong", correlation_id: "c", timestamp: "t", trace_id: "x" };
  const expected = { error: "invalid_client", errorDescription: "AADSTS7000215: wrong", correlationId: "c", timestamp: "t", traceId: "x" };
  for (const each of [body, JSON.stringify(body)]) {
    const error = new keyfob.AuthenticationError(401, each);
    assert.deepEqual([error.name, error.statusCode, error.errorResponse, "cause" in error], ["AuthenticationError", 401, expected, false]);
  }
  const texts = [[400, "no JSON", "invalid_request"], [500, "no JSON", "unknown_error"], [500, undefined, "unknown_error"], [500, null, "unknown_error"]];
  for (const [status, text, code] of texts) assert.equal(new keyfob.AuthenticationError(status, text).errorResponse.error, code);
  const errors = [new Error("Boom."), new Error("Boom again.")];
  const aggregate = new keyfob.AggregateAuthenticationError(errors, "failed");
  assert.deepEqual([aggregate.errors, aggregate.message], [errors, "failed\nError: Boom.\nError: Boom again."]);
  const required = new keyfob.AuthenticationRequiredError({ scopes: ["a"], getTokenOptions: { claims: "x" }, message: "sign in" });
  assert.deepEqual([required.name, required.scopes, required.getTokenOptions, required.message], ["AuthenticationRequiredError", ["a"], { claims: "x" }, "sign in"]);
});
