/** Pollers that are saved as text and resumed: an operation in the vault is never started twice. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { client, serve } from "./loopback-vault.js";

/** A vault whose operations complete at the third look, and the requests that it got. */
async function slowVault(t) {
  const requests = [];
  const { url } = await serve(t, (request, response) => {
    const line = `${request.method} ${request.url.split("?")[0]}`;
    requests.push(line);
    response.setHeader("content-type", "application/json");
    const looks = requests.filter((each) => each === line).length;
    const isLook = request.method === "GET";
    if (isLook && looks < 3) return response.writeHead(404).end('{"error":{"code":"SecretNotFound","message":"not yet"}}');
    const id = `http://${request.headers.host}/secrets/a/1`;
    const deletion = { recoveryId: `http://${request.headers.host}/deletedsecrets/a`, deletedDate: 1, scheduledPurgeDate: 2 };
    response.end(JSON.stringify({ ...(isLook && { value: "canary" }), id, ...deletion, attributes: { created: 1_700_000_000 } }));
  });
  return { requests, url, vault: client(url) };
}

const OPERATIONS = {
  delete: { begin: "beginDeleteSecret", started: "DELETE /secrets/a", look: "GET /deletedsecrets/a" },
  recover: { begin: "beginRecoverDeletedSecret", started: "POST /deletedsecrets/a/recover", look: "GET /secrets/a/" },
};

test("a resumed poller waits for the operation of the earlier one, and starts none", async (t) => {
  for (const [operation, { begin, started, look }] of Object.entries(OPERATIONS)) {
    const { requests, vault } = await slowVault(t);
    const saved = `${await vault[begin]("a")}`;
    assert.ok(!saved.includes("canary"));
    assert.deepEqual(JSON.parse(saved).state.name, "a");
    const before = requests.length;
    const poller = await vault[begin]("a", { resumeFrom: saved, intervalInMs: 1 });
    const result = await poller.pollUntilDone();
    assert.deepEqual([result.name, poller.isDone(), poller.getResult().name], ["a", true, "a"], operation);
    assert.equal(requests.filter((line) => line === started).length, 1, requests.join());
    assert.ok(requests.slice(before).every((line) => line === look || line === look.replace(/\/$/, "")), requests.join());
  }
});

test("a poller that has completed is resumed with its result, and sends nothing", async (t) => {
  const { requests, vault } = await slowVault(t);
  const poller = await vault.beginDeleteSecret("a", { intervalInMs: 1 });
  const deleted = await poller.pollUntilDone();
  const before = requests.length;
  const resumed = await vault.beginDeleteSecret("a", { resumeFrom: poller.toString() });
  assert.deepEqual([resumed.isDone(), await resumed.pollUntilDone(), requests.length], [true, deleted, before]);
  assert.ok(resumed.getResult().deletedOn instanceof Date);
});

test("a text that is not of the same operation: an error, and nothing is sent", async (t) => {
  const { requests, url, vault } = await slowVault(t);
  const state = { operation: "delete", name: "a", vaultUrl: url, isStarted: true, isCompleted: false };
  const wrong = {
    "": /not the text of a poller/,
    "no JSON": /not the text of a poller/,
    "[]": /not the text of a poller/,
    '{"state":null}': /not the text of a poller/,
    [JSON.stringify({ state: { ...state, name: "b" } })]: /of another secret/,
    [JSON.stringify({ state: { ...state, operation: "recover" } })]: /not of the operation delete/,
    [JSON.stringify({ state: { ...state, vaultUrl: "https://other.vault.azure.net" } })]: /of another vault/,
    [JSON.stringify({ state: { ...state, isStarted: false } })]: /was not started/,
    [JSON.stringify({ state: { name: "a" } })]: /was not started/,
  };
  for (const [resumeFrom, message] of Object.entries(wrong)) {
    await assert.rejects(vault.beginDeleteSecret("a", { resumeFrom }), (error) => error.kind === "invalid-argument" && message.test(error.message), resumeFrom);
  }
  assert.deepEqual(requests, []);
});

test("the text of a poller of the Azure SDK", async (t) => {
  const { requests, vault } = await slowVault(t);
  const resumeFrom = JSON.stringify({ state: { name: "a", isStarted: true, result: { name: "a", properties: {} } } });
  assert.equal((await (await vault.beginDeleteSecret("a", { resumeFrom, intervalInMs: 1 })).pollUntilDone()).name, "a");
  assert.ok(!requests.some((line) => line.startsWith("DELETE")));
});

test("an operation can't be cancelled", async (t) => {
  const { vault } = await slowVault(t);
  for (const { begin } of Object.values(OPERATIONS)) {
    const poller = await vault[begin]("a");
    await assert.rejects(poller.cancelOperation(), { kind: "unsupported", message: /^Canceling the (deletion|recovery) of a secret is not supported\n\nFix:\n {2}stopPolling/ });
  }
});
