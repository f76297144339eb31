/** Credentials of the program: in a client, in a chain, as mocks and heirs of this package's classes, and as functions. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import * as keyfob from "../../dist/index.js";
import { respond } from "./loopback-vault.js";
import { serveHttps } from "./loopback-https.js";

const SCOPE = "https://vault.azure.net/.default";
const VAULT = "https://my-vault.vault.azure.net";
const TENANT = "7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10";
const CLIENT_ID = "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08";

const tokenOf = (token, properties) => ({ token, expiresOnTimestamp: Date.now() + 3_600_000, ...properties });
const named = (name, message = name) => Object.assign(new Error(message), { name });

/** A credential of the program that records how it was asked. */
function own(answer, asked = []) {
  const getToken = async (scopes, options) => {
    asked.push({ scopes, ...options });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { getToken, asked };
}

/** A vault that accepts these tokens, and the tokens that were sent to it. */
async function vaultFor(t, ...accepted) {
  const sent = [];
  await serveHttps(t, (request, response) => {
    const token = request.headers.authorization?.replace("Bearer ", "");
    sent.push(token);
    if (accepted.includes(token)) return respond(request, response);
    response.writeHead(401, { "www-authenticate": `Bearer authorization="https://login.microsoftonline.com/${TENANT}", resource="https://vault.azure.net"` }).end();
  });
  return sent;
}

test("the program's credential in a client, and in a chain, gets the tenant of the challenge and the CAE flag", async (t) => {
  await vaultFor(t, "the-right-token");
  for (const wrap of [(credential) => credential, (credential) => new keyfob.ChainedTokenCredential(new keyfob.EnvironmentCredential({ env: {} }), credential)]) {
    const asked = [];
    const credential = {
      async getToken(scopes, { tenantId, enableCae }) {
        asked.push([scopes, tenantId, enableCae]);
        return tokenOf(tenantId === TENANT ? "the-right-token" : "that-of-the-home-tenant");
      },
    };
    assert.equal((await new keyfob.SecretClient(VAULT, wrap(credential)).getSecret("a")).value, "a");
    assert.deepEqual(asked, [[SCOPE, undefined, true], [SCOPE, TENANT, true]]);
  }
});

test("a credential that needs the tenant of the vault gets it, and an error of it that stays is passed on", async (t) => {
  const sent = await vaultFor(t, "the-right-token");
  const asked = [];
  const credential = {
    async getToken(_, { tenantId }) {
      asked.push(tenantId);
      if (tenantId === undefined) throw named("Error", "no tenant");
      return tokenOf("the-right-token");
    },
  };
  const client = new keyfob.SecretClient(VAULT, credential);
  assert.deepEqual([(await client.getSecret("a")).value, (await client.getSecret("b")).value], ["a", "b"]);
  assert.deepEqual([asked, sent], [[undefined, TENANT], [undefined, "the-right-token", "the-right-token"]]);
  const failure = named("CredentialUnavailableError");
  const failing = own(failure);
  await assert.rejects(new keyfob.SecretClient(VAULT, failing).getSecret("a"), (error) => error === failure);
  assert.deepEqual(failing.asked.map(({ tenantId }) => tenantId), [undefined, TENANT]);
});

test("a vault that names no tenant: the error of the credential is passed on", async (t) => {
  const requests = [];
  const failure = named("Error", "no token");
  for (const answer of [
    (response) => response.end("{}"),
    (response) => response.writeHead(401).end(),
    (response) => response.writeHead(401, { "www-authenticate": `Bearer authorization="https://login.microsoftonline.com/${TENANT}", resource="https://evil.test"` }).end(),
    (response) => response.socket.destroy(),
  ]) {
    await serveHttps(t, (request, response) => (requests.push(request.headers.authorization), answer(response)));
    const credential = own(failure);
    await assert.rejects(new keyfob.SecretClient(VAULT, credential).getSecret("a"), (error) => error === failure);
    assert.equal(credential.asked.length, 1);
  }
  assert.deepEqual(new Set(requests), new Set([undefined]));
});

test("a chain goes on after what is unavailable by name, and after no token", async () => {
  const theirs = own(named("AuthenticationRequiredError"));
  const [empty, cli, browser] = [own(null), own(new keyfob.CredentialUnavailableError("no az")), own(new keyfob.AuthenticationRequiredError({ scopes: [SCOPE] }))];
  const chain = new keyfob.ChainedTokenCredential(new keyfob.EnvironmentCredential({ env: {} }), theirs, empty, cli, browser, own(tokenOf("mine")));
  const { token, credential, source } = await chain.getToken(SCOPE, { tenantId: TENANT });
  assert.deepEqual([token, credential, source], ["mine", "TokenCredential", "the program's own credential"]);
  for (const { asked } of [empty, cli, browser]) assert.deepEqual(asked, [{ scopes: SCOPE, tenantId: TENANT }]);
});

test("a chain stops at any other error, and passes it on", async () => {
  const failure = named("AuthenticationError");
  const last = own(tokenOf("x"));
  await assert.rejects(new keyfob.ChainedTokenCredential(own(failure), last).getToken(SCOPE), (error) => error === failure);
  assert.deepEqual(last.asked, []);
});

test("a chain without a token tells each reason once", async () => {
  class CliCredential {
    getToken = own(named("CredentialUnavailableError", "no az\nmore")).getToken;
  }
  const chain = new keyfob.ChainedTokenCredential(new keyfob.EnvironmentCredential({ env: {} }), new CliCredential(), own(null));
  const error = await chain.getToken(SCOPE).catch((error) => error);
  assert.deepEqual([error.name, error.kind, error.errors.length], ["AggregateAuthenticationError", "credential-unavailable", 2]);
  assert.deepEqual(error.attempts.slice(1).map(({ credential, message }) => [credential, message]), [
    ["CliCredential", "no az"],
    ["TokenCredential", "its getToken returned no token"],
  ]);
  assert.equal(error.message.match(/EnvironmentCredential /g).length >= 1, true);
  const candidates = await chain.explain();
  assert.deepEqual(candidates.map(({ credential, readiness }) => [credential, readiness]), [
    ["EnvironmentCredential", "unavailable"],
    ["CliCredential", "unproven"],
    ["TokenCredential", "unproven"],
  ]);
});

test("a call ends with its timeout, by default after 30 s, and with its signal, whatever the program's functions do", async (t) => {
  const never = () => new Promise(() => {});
  const credentials = {
    getToken: new keyfob.ChainedTokenCredential({ getToken: never }),
    getAssertion: new keyfob.ClientAssertionCredential(TENANT, CLIENT_ID, never, { env: {} }),
  };
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const now = performance.now();
  t.mock.method(performance, "now", () => now);
  for (const [name, credential] of Object.entries(credentials)) {
    for (const [options, limit] of [[{ requestOptions: { timeout: 700 } }, 700], [{}, 30_000]]) {
      const call = credential.getToken(SCOPE, options).catch((error) => error);
      t.mock.timers.tick(limit);
      const error = await call;
      assert.deepEqual([error.name, error.kind], ["AuthenticationError", "timed-out"]);
      assert.match(error.message, new RegExp(`${name}.* did not return within ${limit} ms$`));
    }
    const controller = new AbortController();
    const call = credential.getToken(SCOPE, { abortSignal: controller.signal });
    controller.abort();
    await assert.rejects(call, { name: "AbortError" });
  }
});

test("mocks and heirs of this package's classes: their own getToken is called", async (t) => {
  const sent = await vaultFor(t, "own-token");
  class Heir extends keyfob.DefaultAzureCredential {
    async getToken() {
      return tokenOf("own-token");
    }
  }
  const instance = new keyfob.DefaultAzureCredential({ env: {} });
  mock.method(instance, "getToken", async () => tokenOf("own-token"));
  const stub = Object.assign(Object.create(keyfob.DefaultAzureCredential.prototype), { getToken: async () => tokenOf("own-token") });
  for (const credential of [new Heir({ env: {} }), instance, stub, new keyfob.ChainedTokenCredential(stub)]) {
    assert.equal((await new keyfob.SecretClient(VAULT, credential).getSecret("a")).value, "a");
  }
  t.mock.method(keyfob.KeyfobCredential.prototype, "getToken", async () => tokenOf("own-token"));
  assert.equal((await new keyfob.SecretClient(VAULT, new keyfob.DefaultAzureCredential({ env: {} })).getSecret("a")).value, "a");
  assert.deepEqual(new Set(sent), new Set(["own-token"]));
});

test("a mock of a client has its own URL, and a client keeps the one that it has", () => {
  const stub = Object.create(keyfob.SecretClient.prototype);
  assert.equal(stub.vaultUrl, undefined);
  stub.vaultUrl = "https://mock.test";
  assert.equal(stub.vaultUrl, "https://mock.test");
  const client = new keyfob.SecretClient(VAULT, own(null));
  assert.throws(() => (client.vaultUrl = "https://other.test"), TypeError);
  assert.equal(client.vaultUrl, VAULT);
});

test("an heir that changes nothing is used by the component", async () => {
  class Heir extends keyfob.EnvironmentCredential {}
  const error = await new keyfob.SecretClient(VAULT, new Heir({ env: {} })).getSecret("a").catch((error) => error);
  assert.equal(error.name, "CredentialUnavailableError");
});

test("a chain closes its credentials", () => {
  const closed = [];
  const source = { getToken: async () => null, close: () => closed.push("own") };
  const inner = new keyfob.EnvironmentCredential({ env: {} });
  mock.method(inner, "close", () => closed.push("keyfob"));
  new keyfob.ChainedTokenCredential(new keyfob.ChainedTokenCredential(source), inner, { getToken: async () => null }).close();
  assert.deepEqual(closed, ["own", "keyfob"]);
});

test("a copy of a credential is refused, with what to give instead", () => {
  const credential = new keyfob.EnvironmentCredential({ env: {} });
  assert.deepEqual([JSON.stringify(credential), structuredClone(credential)], ["{}", {}]);
  for (const copy of [structuredClone(credential), JSON.parse(JSON.stringify(credential))]) {
    assert.throws(() => new keyfob.SecretClient(VAULT, copy), { name: "TypeError", hint: /^Give a new credential: a copy made by structuredClone/ });
  }
});

const jwt = (subject) => ["{}", JSON.stringify({ sub: subject }), "signature"].map((part) => Buffer.from(part).toString("base64url")).join(".");

/** Entra and the vault: tells each assertion, and returns a token for it. */
async function entraAndVault(t, expiresIn = 3600) {
  const assertions = [];
  await serveHttps(t, async (request, response) => {
    if (!request.headers.host.startsWith("login.")) return respond(request, response);
    let body = "";
    for await (const chunk of request) body += chunk;
    const form = new URLSearchParams(body);
    assertions.push([form.get("client_assertion"), form.get("client_id"), form.get("scope"), request.url.split("/")[1]]);
    response.setHeader("content-type", "application/json").end(JSON.stringify({ token_type: "Bearer", expires_in: expiresIn, access_token: `token-${assertions.length}` }));
  });
  return assertions;
}

test("ClientAssertionCredential: the function is called for each token request, and not for a cached token", async (t) => {
  const assertions = await entraAndVault(t);
  let calls = 0;
  const credential = new keyfob.ClientAssertionCredential(TENANT, CLIENT_ID, async () => jwt(`call ${(calls += 1)}`), { env: {}, additionallyAllowedTenants: ["*"] });
  const first = await credential.getToken(SCOPE);
  assert.deepEqual([first.token, first.credential, (await credential.getToken([SCOPE])).token], ["token-1", "ClientAssertionCredential", "token-1"]);
  assert.equal((await credential.getToken("https://graph.microsoft.com/.default")).token, "token-2");
  assert.equal((await credential.getToken(SCOPE, { tenantId: "other" })).token, "token-3");
  assert.equal((await credential.getToken(SCOPE, { claims: '{"a":1}' })).token, "token-4");
  assert.deepEqual(assertions, [
    [jwt("call 1"), CLIENT_ID, SCOPE, TENANT],
    [jwt("call 2"), CLIENT_ID, "https://graph.microsoft.com/.default", TENANT],
    [jwt("call 3"), CLIENT_ID, SCOPE, "other"],
    [jwt("call 4"), CLIENT_ID, SCOPE, TENANT],
  ]);
  assert.equal(calls, 4);
});

test("ClientAssertionCredential in a client and in a chain; a token that is due for a refresh gets a new assertion", async (t) => {
  const assertions = await entraAndVault(t, 100);
  let calls = 0;
  const credential = new keyfob.ClientAssertionCredential(TENANT, CLIENT_ID, () => jwt(`call ${(calls += 1)}`), { env: {} });
  for (const each of [credential, new keyfob.ChainedTokenCredential(new keyfob.EnvironmentCredential({ env: {} }), credential)]) {
    assert.equal((await new keyfob.SecretClient(VAULT, each).getSecret("a")).value, "a");
  }
  assert.ok(calls >= 2 && assertions.length >= 1 && assertions[0][0] === jwt("call 1"));
  assert.equal((await credential.explain())[0].credential, "ClientAssertionCredential");
});

test("ClientAssertionCredential: an error of the function is passed on, and a text that is no assertion is not sent", async (t) => {
  const assertions = await entraAndVault(t);
  const failure = new Error("no assertion today");
  const credential = (getAssertion) => new keyfob.ClientAssertionCredential(TENANT, CLIENT_ID, getAssertion, { env: {} });
  await assert.rejects(credential(async () => { throw failure; }).getToken(SCOPE), (error) => error === failure);
  await assert.rejects(credential(async () => "canary~no-jwt").getToken(SCOPE), ({ name, message }) => name === "AuthenticationError" && !message.includes("canary"));
  assert.deepEqual(assertions, []);
});

test("getBearerTokenProvider: one request for calls at the same time, and a new one when the token is due", async () => {
  const asked = [];
  let refreshAfterTimestamp;
  const credential = {
    async getToken(scopes) {
      asked.push(scopes);
      return tokenOf(`token-${asked.length}`, { refreshAfterTimestamp });
    },
  };
  const provide = keyfob.getBearerTokenProvider(credential, SCOPE);
  assert.deepEqual(await Promise.all([provide(), provide(), provide()]), ["token-1", "token-1", "token-1"]);
  assert.equal(await provide(), "token-1");
  refreshAfterTimestamp = Date.now() - 1;
  const due = keyfob.getBearerTokenProvider(credential, [SCOPE]);
  assert.deepEqual([await due(), await due()], ["token-2", "token-3"]);
  assert.deepEqual(asked, [SCOPE, [SCOPE], [SCOPE]]);
});

test("getBearerTokenProvider: a failed request is not kept", async () => {
  const answers = [named("CredentialUnavailableError"), null, tokenOf("x")];
  const credential = { getToken: async () => { const answer = answers.shift(); if (answer instanceof Error) throw answer; return answer; } };
  const provide = keyfob.getBearerTokenProvider(credential, SCOPE);
  await assert.rejects(provide(), { name: "CredentialUnavailableError" });
  await assert.rejects(provide(), TypeError);
  assert.equal(await provide(), "x");
  const controller = new AbortController();
  controller.abort();
  await assert.rejects(keyfob.getBearerTokenProvider({ getToken: () => new Promise(() => {}) }, SCOPE, { abortSignal: controller.signal })(), { name: "AbortError" });
});

test("errors name the class of the program's credential, and not the component's static token", async (t) => {
  await vaultFor(t);
  class CompanyCredential {
    constructor(properties) {
      this.properties = properties;
    }
    async getToken() {
      return tokenOf("a-token", this.properties);
    }
  }
  for (const [properties, message] of [
    [{}, /as the identity of the program's own credential \(CompanyCredential\)/],
    [{ token: "a b" }, /^CompanyCredential: the token is empty or holds characters/],
    [{ expiresOnTimestamp: Date.now() - 60_000 }, /^CompanyCredential: the token has expired/],
  ]) {
    const vault = new keyfob.SecretClient(VAULT, new CompanyCredential(properties));
    const [outcome] = await vault.getSecrets(["a"]);
    for (const error of [await vault.getSecret("a").catch((error) => error), outcome.reason]) {
      assert.equal(error.name, "AuthenticationError");
      assert.match(error.message, message);
      assert.doesNotMatch(`${error.message} ${JSON.stringify(error)}`, /static.?token|the caller|given token/i);
    }
  }
});

test("proxies and inheriting objects work as what they stand for", async (t) => {
  const sent = await vaultFor(t, "the-right-token");
  const real = new keyfob.ChainedTokenCredential(own(tokenOf("the-right-token")));
  const asked = [];
  const watched = new Proxy(real, { get: (target, name, receiver) => (asked.push(name), Reflect.get(target, name, receiver)) });
  for (const wrap of [(object) => new Proxy(object, {}), Object.create]) {
    const client = wrap(new keyfob.SecretClient(VAULT, watched));
    assert.equal((await client.getSecret("a")).value, "a");
    assert.equal((await client.getSecrets(["a"]))[0].value.value, "a");
    assert.equal(client.vaultUrl, VAULT);
    assert.equal((await wrap(real).getToken(SCOPE)).token, "the-right-token");
    const single = wrap(new keyfob.EnvironmentCredential({ env: {} }));
    await assert.rejects(single.getToken(SCOPE), { kind: "credential-unavailable" });
    assert.equal((await single.explain())[0].credential, "EnvironmentCredential");
    assert.deepEqual(Reflect.ownKeys({ ...client }), []);
    client.close();
    single.close();
  }
  assert.ok(asked.includes("getToken") && sent.includes("the-right-token"));
});
