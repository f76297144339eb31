/** Concurrency, aborts, timeouts and failures of calls. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";

import { RestError, SecretClient } from "../../dist/index.js";
import { startedWorkers } from "../../dist/workers.js";
import { respond, client, serve } from "./loopback-vault.js";

/** Crashes every worker with an operation that the package itself never sends. */
async function crash() {
  for (const worker of startedWorkers()) await assert.rejects(worker.run("getSecret", [undefined, "a", []]), { kind: "other", message: /^the component crashed/ });
}

test("a call does not block the event loop", async (t) => {
  let turns = 0;
  const { url } = await serve(t, (request, response) => {
    const turn = () => ((turns += 1) < 100 ? setImmediate(turn) : respond(request, response));
    turn();
  });
  assert.equal((await client(url).getSecret("a")).value, "a");
  assert.equal(turns, 100);
});

test("two clients can be used at the same time", async (t) => {
  const first = await serve(t, respond);
  const second = await serve(t, respond);
  const clients = [client(first.url), client(second.url)];
  const secrets = await Promise.all(clients.flatMap((vault) => [vault.getSecret("a"), vault.getSecret("b")]));
  assert.deepEqual(secrets.map(({ value }) => value), ["a", "b", "a", "b"]);
  assert.deepEqual(new Set(secrets.map(({ properties }) => properties.vaultUrl)), new Set([first.url, second.url]));
});

test("getSecrets sends its requests concurrently", async (t) => {
  const held = [];
  const { url } = await serve(t, (request, response) => {
    held.push([request, response]);
    // No response before all five requests have arrived.
    if (held.length === 5) for (const pair of held) respond(...pair);
  });
  const outcomes = await client(url).getSecrets(["a", "b", "c", "d", "e"], { maxConcurrency: 5 });
  assert.deepEqual(outcomes.map(({ value }) => value.value), ["a", "b", "c", "d", "e"]);
});

test("an aborted call rejects at once, closes its request, and lets the next call run", async (t) => {
  const { server, url } = await serve(t, (request, response) => {
    if (request.url.includes("/good")) respond(request, response);
  });
  const controller = new AbortController();
  const silent = client(url);
  const call = silent.getSecret("silent", { abortSignal: controller.signal });
  const [request] = await once(server, "request");
  const behind = silent.getSecret("good");
  const closed = once(request.socket, "close");
  controller.abort();
  await assert.rejects(call, { name: "AbortError" });
  await closed;
  assert.equal((await behind).value, "good");
  await assert.rejects(silent.getSecret("good", { abortSignal: controller.signal }), { name: "AbortError" });
});

test("a queued call can be aborted and sends nothing", async (t) => {
  const held = [];
  const { server, url } = await serve(t, (request, response) => held.push([request, response]));
  const controller = new AbortController();
  const first = client(url).getSecret("first");
  await once(server, "request");
  const second = client(url).getSecret("second", { abortSignal: controller.signal });
  controller.abort();
  await assert.rejects(second, { name: "AbortError" });
  respond(...held[0]);
  assert.equal((await first).value, "first");
  assert.equal(held.length, 1);
});

test("a server that does not respond makes the call time out, and the next call works", async (t) => {
  let silent = true;
  const { url } = await serve(t, (request, response) => silent || respond(request, response));
  const vault = client(url);
  for (const vault of [client(url), new SecretClient(url, { getToken: async () => ({ token: "t", expiresOnTimestamp: Date.now() + 3_600_000 }) })]) {
    const error = await vault.getSecret("a", { requestOptions: { timeout: 200 } }).catch((error) => error);
    // In the Azure SDK it is an error of this name.
    assert.deepEqual([error.name, error.kind, error instanceof RestError], ["AbortError", "timed-out", true]);
    assert.match(error.stack, /^AbortError: /);
    assert.equal(JSON.parse(JSON.stringify(error)).name, "AbortError");
  }
  silent = false;
  assert.equal((await vault.getSecret("a")).value, "a");
});

test("a response body without end is cut off", async (t) => {
  let written = 0;
  const { url } = await serve(t, (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(16_384))) written += 16_384;
      response.once("drain", more);
    };
    more();
  });
  await assert.rejects(client(url).getSecret("a"), { kind: "unexpected-reply" });
  assert.ok(written < 16 * 1024 * 1024);
});

test("a request is retried after its connection is closed", async (t) => {
  let asked = 0;
  const { url } = await serve(t, (request, response) => ((asked += 1) === 1 ? request.socket.destroy() : respond(request, response)));
  assert.equal((await client(url).getSecret("a")).value, "a");
  assert.equal(asked, 2);
});

test("a refused connection is a RestError of kind transport", async (t) => {
  const { server, url } = await serve(t, respond);
  server.close();
  const error = await client(url).getSecret("a").catch((error) => error);
  assert.deepEqual([error.name, error.kind], ["RestError", "transport"]);
});

test("arguments of the wrong type are rejected before a request is sent", async () => {
  assert.throws(() => new SecretClient(undefined, {}), { kind: "invalid-argument", hint: /KEYVAULT_URL/ });
  const vault = client("http://127.0.0.1:1");
  await assert.rejects(vault.getSecret(undefined), { kind: "invalid-argument" });
  await assert.rejects(vault.setSecret("a", "b", { expiresOn: new Date("tomorrow") }), { message: /^expiresOn must be a valid date/ });
  await assert.rejects(vault.getSecret("a", { requestOptions: { timeout: -1 } }), { message: /^timeout must be a finite number/ });
});

test("after a crash of the component, clients work again", async (t) => {
  const { url } = await serve(t, respond);
  const vault = client(url);
  assert.equal((await vault.getSecret("a")).value, "a");
  await assert.rejects(vault.getSecret("a", { version: 7 }), { kind: "invalid-argument", message: /wrong type/ });
  await crash();
  assert.equal((await vault.getSecret("a")).value, "a");
});

test("a poller from before a crash rejects, and does not crash the component again", async (t) => {
  const { url } = await serve(t, (request, response) => {
    const base = `http://${request.headers.host}`;
    const deleted = { id: `${base}/secrets/a`, recoveryId: `${base}/deletedsecrets/a`, deletedDate: 1, scheduledPurgeDate: 2, attributes: {} };
    response.setHeader("content-type", "application/json").end(JSON.stringify(deleted));
  });
  const vault = client(url);
  const poller = await vault.beginDeleteSecret("a");
  await crash();
  await assert.rejects(poller.poll(), { kind: "other", message: /^the component was restarted/ });
});

test("a closed client can be used again", async (t) => {
  const { url } = await serve(t, respond);
  const vault = client(url);
  await vault.getSecret("a");
  vault.close();
  assert.equal((await vault.getSecret("a")).value, "a");
});

test("an error of an external credential is passed on", async () => {
  const failure = new Error("of the external credential");
  const failing = { getToken: () => Promise.reject(failure) };
  await assert.rejects(new SecretClient("https://my-vault.vault.azure.net", failing).getSecret("a"), failure);
  for (const token of [null, {}, { token: "a.b.c" }]) {
    const none = { getToken: async () => token };
    await assert.rejects(new SecretClient("https://my-vault.vault.azure.net", none).getSecret("a"), /getToken must return token/);
  }
});
