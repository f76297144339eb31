/** The component's resources are dropped with the JavaScript objects that own them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { EnvironmentCredential } from "../../dist/index.js";
import { startedWorkers } from "../../dist/workers.js";
import { respond, client, serve } from "./loopback-vault.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

/** How many resources all workers have. */
async function count() {
  const counts = await Promise.all(startedWorkers().map((worker) => worker.run("count", [])));
  return counts.reduce((sum, number) => sum + number, 0);
}

async function use(t) {
  const { url } = await serve(t, respond);
  for (let number = 0; number < 200; number += 1) await new EnvironmentCredential({ env: {} }).explain();
  for (let number = 0; number < 20; number += 1) await client(url).getSecret("a");
}

test("resources of garbage-collected objects are dropped", async (t) => {
  await use(t);
  assert.ok((await count()) > 0);
  // Finalizers run some time after the collection, so the number of rounds is not fixed.
  for (let round = 0; round < 1000 && (await count()) > 0; round += 1) {
    collect();
    await turn();
  }
  assert.equal(await count(), 0);
});

test("close drops the resource at once, and the object can be used again", async () => {
  const credential = new EnvironmentCredential({ env: {} });
  await credential.explain();
  assert.equal(await count(), 1);
  credential.close();
  assert.equal(await count(), 0);
  credential.close();
  assert.equal((await credential.explain()).length > 0, true);
});

test("leaving a loop over a list drops the list", async (t) => {
  const { url } = await serve(t, (request, response) => {
    const id = `http://${request.headers.host}/secrets/a`;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ value: [{ id, attributes: {} }, { id, attributes: {} }], nextLink: null }));
  });
  const vault = client(url);
  await count();
  for await (const { name } of vault.listPropertiesOfSecrets()) {
    assert.equal(name, "a");
    break;
  }
  const before = await count();
  for await (const _ of vault.listPropertiesOfSecrets()) break;
  assert.equal(await count(), before);
});
