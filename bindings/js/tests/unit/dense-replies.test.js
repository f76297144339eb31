/** The densest replies of each operation: within the limits of size, and with as many JSON values as fit. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { KeyfobError, ManagedIdentityCredential } from "../../dist/index.js";
import { startedWorkers } from "../../dist/workers.js";
import { client, serve } from "./loopback-vault.js";

const KIB = 1024;
const MIB = 1024 * KIB;

/** `part` as often as it fits between head and tail in `size` bytes, with commas. */
function dense(size, head, part, tail) {
  const count = Math.floor((size - head.length - tail.length + 1) / (part.length + 1));
  return `${head}${`${part},`.repeat(count).slice(0, -1)}${tail}`;
}

/** The same with a different name for each member. */
function denseMembers(size, head, tail) {
  const parts = [];
  for (let [number, left] = [0, size - head.length - tail.length]; ; number += 1) {
    const part = `"x${number.toString(36)}":0`;
    left -= part.length + 1;
    if (left < 0) return `${head}${parts.join()}${tail}`;
    parts.push(part);
  }
}

/** Bodies of at most `size` bytes. */
const fills = (size, url) => {
  const ID = `"id":"${url}/secrets/a/00000000000000000000000000000001"`;
  return {
  "empty tags": dense(size, `{"value":"x",${ID},"tags":{`, '"":""', "}}"),
  "tags that are no text": denseMembers(size, `{"value":"x",${ID},"tags":{`, "}}"),
  "numbers in an unknown member": dense(size, `{"value":"x",${ID},"more":[`, "0", "]}"),
  "empty lists in an unknown member": dense(size, `{"value":"x",${ID},"more":[`, "[]", "]}"),
  "empty objects in an unknown member": dense(size, `{"value":"x",${ID},"more":[`, "{}", "]}"),
  "unknown members": denseMembers(size, `{"value":"x",${ID},`, "}"),
  "numbers as the value": dense(size, `{${ID},"value":[`, "0", "]}"),
  "empty objects as the value": dense(size, `{${ID},"value":[`, "{}", "]}"),
  "minimal items": dense(size, '{"value":[', `{"id":"${url}/secrets/a"}`, "]}"),
  "numbers as items": dense(size, '{"value":[', "0", "]}"),
  "empty objects as items": dense(size, '{"value":[', "{}", "]}"),
  "an item with empty tags": dense(size, `{"value":[{"id":"${url}/secrets/a","tags":{`, '"":""', "}}]}"),
  "escapes in the value": dense(size, `{${ID},"value":"`, "\\u0041\\n", '"}').replaceAll(",\\u", "\\u"),
  "escapes in a name": dense(size, `{"value":"x",${ID},"tags":{"`, "\\u0041\\n", '":"x"}}').replaceAll(",\\u", "\\u"),
  };
};

/** Every operation with the limit of its reply. */
const OPERATIONS = {
  getSecret: [256 * KIB, (vault) => vault.getSecret("a")],
  getSecrets: [256 * KIB, (vault) => vault.getSecrets(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"], { maxConcurrency: 10 })],
  setSecret: [256 * KIB, (vault) => vault.setSecret("a", "x")],
  updateSecretProperties: [256 * KIB, (vault) => vault.updateSecretProperties("a", "")],
  getDeletedSecret: [256 * KIB, (vault) => vault.getDeletedSecret("a")],
  beginDeleteSecret: [256 * KIB, (vault) => vault.beginDeleteSecret("a")],
  beginRecoverDeletedSecret: [256 * KIB, (vault) => vault.beginRecoverDeletedSecret("a")],
  restoreSecretBackup: [256 * KIB, (vault) => vault.restoreSecretBackup(new Uint8Array([1]))],
  listPropertiesOfSecrets: [MIB, (vault) => vault.listPropertiesOfSecrets().next()],
  listPropertiesOfSecretVersions: [MIB, (vault) => vault.listPropertiesOfSecretVersions("a").next()],
  listDeletedSecrets: [MIB, (vault) => vault.listDeletedSecrets().next()],
  backupSecret: [4 * MIB, (vault) => vault.backupSecret("a")],
};

/** The size of the largest memory of a worker's component. */
const memory = async () => Math.max(...(await Promise.all(startedWorkers().map((worker) => worker.run("memoryBytes", [])))));
/** Ends every worker, so that the next call starts with a new memory. */
const renew = () => Promise.all(startedWorkers().map((worker) => worker.run("getSecret", [undefined, "a", []]).catch(() => {})));

for (const [operation, [size, call]] of Object.entries(OPERATIONS)) {
  test(`${operation}: dense replies end in a value or an error, within the promised memory`, async (t) => {
    let body;
    const { url } = await serve(t, (_, response) => {
      response.setHeader("content-type", "application/json").end(body);
    });
    await renew();
    const vault = client(url);
    for (const [name, fill] of Object.entries(fills(size, url))) {
      body = fill;
      assert.ok(body.length <= size && body.length > 0.85 * size, `${name}: ${body.length}`);
      const results = await call(vault).then((value) => [value].flat(), (reason) => [{ reason }]);
      for (const { reason } of results) assert.ok(reason === undefined || reason.kind === "unexpected-reply", `${name}: ${reason}`);
      const used = await memory();
      assert.ok(used <= (operation === "backupSecret" ? 18 : 6) * MIB, `${name}: ${used}`);
    }
  });
}

test("getToken: dense replies end in a value or an error, within the promised memory", async (t) => {
  let body;
  const { url } = await serve(t, (_, response) => response.setHeader("content-type", "application/json").end(body));
  await renew();
  const credential = new ManagedIdentityCredential({ env: { IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER: "the-header" } });
  const members = '"access_token":"a.b.c","token_type":"Bearer","expires_on":4102444800';
  for (const part of ["0", "[]", "{}", '""', '{"":0}']) {
    body = dense(64 * KIB, `{${members},"more":[`, part, "]}");
    assert.equal((await credential.getToken(`https://${part.length}.test/.default`)).token, "a.b.c");
  }
  for (const fill of Object.values(fills(64 * KIB, url))) {
    body = fill;
    await assert.rejects(credential.getToken("https://vault.azure.net/.default"), (error) => error instanceof KeyfobError && error.kind !== "other");
  }
  assert.ok((await memory()) <= 6 * MIB);
});

test("the largest backup is read and restored within the promised memory", async (t) => {
  let sent = 0;
  const { url } = await serve(t, async (request, response) => {
    for await (const chunk of request) sent += chunk.length;
    response.setHeader("content-type", "application/json");
    if (request.url.includes("/backup")) response.end(`{"value":"${"A".repeat(4 * MIB - 12)}"}`);
    else response.end(JSON.stringify({ id: `${url}/secrets/a`, attributes: {} }));
  });
  await renew();
  const backup = await client(url).backupSecret("a");
  assert.equal(backup.length, (4 * MIB - 12) * 3 / 4);
  assert.equal((await client(url).restoreSecretBackup(backup)).name, "a");
  assert.ok(sent > 4 * MIB - 12);
  const used = await memory();
  assert.ok(used <= 12 * MIB, `${used}`);
});
