import assert from "node:assert/strict";
import { test } from "node:test";

import { ManagedIdentityCredential, RestError, SecretClient } from "../../dist/index.js";
import { CLIENT_ID, FORBIDDEN_VAULT, SLOW_VAULT, SECRET_VALUE, VAULT } from "./constants.js";

const credential = new ManagedIdentityCredential(CLIENT_ID);
const client = new SecretClient(VAULT, credential);

async function collect(list) {
  const all = [];
  for await (const one of list) all.push(one);
  return all;
}

const refusal = (status, code) => (error) => {
  assert.ok(error instanceof RestError, error);
  assert.deepEqual([error.name, error.statusCode, error.code], ["RestError", status, code]);
  return true;
};

test("a secret has the properties of the Azure SDK's", async () => {
  const { details, ...secret } = await client.getSecret("secret-a");
  assert.equal(typeof details, "object");
  assert.deepEqual(secret, {
    name: "secret-a",
    value: SECRET_VALUE,
    properties: {
      vaultUrl: VAULT,
      id: `${VAULT}/secrets/secret-a/00000000000000000000000000000002`,
      name: "secret-a",
      version: "00000000000000000000000000000002",
      contentType: "text/plain",
      enabled: true,
      expiresOn: new Date(1_900_000_000_000),
      createdOn: secret.properties.createdOn,
      updatedOn: secret.properties.updatedOn,
      tags: { owner: "me" },
      recoveryLevel: "Recoverable+Purgeable",
      recoverableDays: 90,
    },
    credential: "ManagedIdentityCredential",
    source: "App Service",
  });
  assert.ok(secret.properties.createdOn instanceof Date);
});

test("getSecret: by version, by identifier, of a certificate", async () => {
  const version = "00000000000000000000000000000001";
  assert.equal((await client.getSecret("secret-a", { version })).value, "the first value of secret-a");
  assert.equal((await client.getSecret(`${VAULT}/secrets/secret-a/${version}`)).properties.version, version);
  const { properties } = await client.getSecret("cert", { outContentType: "application/x-pem-file" });
  assert.deepEqual([properties.managed, properties.previousVersion], [true, "00000000000000000000000000000002"]);
  assert.match(properties.certificateKeyId, /\/keys\/cert\//);
});

test("getSecrets: each secret has its own result", async () => {
  const [good, missing] = await client.getSecrets(["secret-a", "missing"]);
  assert.deepEqual([good.status, good.value.value], ["fulfilled", SECRET_VALUE]);
  assert.equal(missing.status, "rejected");
  assert.ok(refusal(404, "SecretNotFound")(missing.reason));
});

test("setSecret and updateSecretProperties", async () => {
  const expiresOn = new Date("2030-01-01T00:00:00Z");
  const set = await client.setSecret("set", "one", { contentType: "text", tags: { a: "b" }, expiresOn });
  assert.deepEqual([set.name, set.value, set.properties.expiresOn, set.properties.tags], ["set", "one", expiresOn, { a: "b" }]);
  const { version } = set.properties;
  const updated = await client.updateSecretProperties("set", version, { enabled: false, tags: {} });
  assert.deepEqual([updated.version, updated.enabled, updated.tags, updated.contentType], [version, false, undefined, "text"]);
  await assert.rejects(client.getSecret("set"), refusal(403, "SecretDisabled"));
  await client.updateSecretProperties("set", "", { enabled: true });
  assert.equal((await client.getSecret("set")).value, "one");
});

test("lists: by item and by page", async () => {
  const names = Array.from({ length: 4 }, (_, number) => `listed-${number}`);
  for (const name of names) await client.setSecret(name, "x");
  const all = (await collect(client.listPropertiesOfSecrets())).map(({ name }) => name);
  assert.ok(names.every((name) => all.includes(name)));
  const pages = await collect(client.listPropertiesOfSecrets().byPage({ maxPageSize: 3 }));
  assert.ok(pages.every((page) => page.length <= 3) && pages.length >= 2);
  assert.deepEqual(pages.flat().map(({ name }) => name), all);
  const versions = await collect(client.listPropertiesOfSecretVersions("secret-a"));
  assert.equal(versions.length, 2);
  await assert.rejects(collect(client.listPropertiesOfSecrets().byPage({ continuationToken: "x" })), TypeError);
});

test("delete, list, recover and purge a secret", async () => {
  await client.setSecret("life", "x");
  const poller = await client.beginDeleteSecret("life", { intervalInMs: 1 });
  assert.equal(poller.getOperationState().name, "life");
  const deleted = await poller.pollUntilDone();
  assert.deepEqual([poller.isDone(), deleted.name, deleted.recoveryId], [true, "life", `${VAULT}/deletedsecrets/life`]);
  assert.ok(deleted.deletedOn < deleted.scheduledPurgeDate);
  assert.deepEqual(deleted.properties.deletedOn, deleted.deletedOn);
  await assert.rejects(client.setSecret("life", "y"), refusal(409, "ObjectIsDeletedButRecoverable"));
  assert.deepEqual((await client.getDeletedSecret("life")).deletedOn, deleted.deletedOn);
  assert.deepEqual((await collect(client.listDeletedSecrets())).map(({ name }) => name), ["life"]);
  const recovered = await (await client.beginRecoverDeletedSecret("life")).pollUntilDone();
  assert.deepEqual([recovered.name, (await client.getSecret("life")).value], ["life", "x"]);
  await (await client.beginDeleteSecret("life")).pollUntilDone();
  assert.equal(await client.purgeDeletedSecret("life"), undefined);
  await assert.rejects(client.getDeletedSecret("life"), refusal(404, "SecretNotFound"));
});

test("a slow deletion is polled repeatedly, and other calls run meanwhile", async () => {
  const slow = new SecretClient(SLOW_VAULT, credential);
  const poller = await slow.beginDeleteSecret("secret-a", { intervalInMs: 50 });
  let polls = 0;
  const removeListener = poller.onProgress(() => (polls += 1));
  const done = poller.pollUntilDone();
  assert.equal((await client.getSecret("secret-a")).value, SECRET_VALUE);
  assert.equal(poller.isDone(), false);
  assert.equal((await done).name, "secret-a");
  removeListener();
  assert.ok(polls >= 2);
});

test("backupSecret and restoreSecretBackup", async () => {
  await client.setSecret("kept", "x");
  const backup = await client.backupSecret("kept");
  assert.ok(backup instanceof Uint8Array);
  await assert.rejects(client.restoreSecretBackup(backup), refusal(409, "Conflict"));
  await (await client.beginDeleteSecret("kept")).pollUntilDone();
  await client.purgeDeletedSecret("kept");
  assert.equal((await client.restoreSecretBackup(backup)).name, "kept");
  assert.equal((await client.getSecret("kept")).value, "x");
});

test("errors: a missing role with its hint, and an invalid vault URL", async () => {
  const error = await new SecretClient(FORBIDDEN_VAULT, credential).getSecret("secret-b").catch((error) => error);
  assert.ok(refusal(403, "ForbiddenByRbac")(error));
  assert.deepEqual([error.kind, error.hint.includes("Key Vault Secrets User")], ["forbidden", true]);
  const bad = await new SecretClient(`${VAULT}:8443`, credential).getSecret("x").catch((error) => error);
  assert.deepEqual([bad.name, bad.kind], ["KeyfobError", "invalid-argument"]);
});

test("the cache option: a cached value, its size limit, and bypassCache", async () => {
  const caching = new SecretClient(VAULT, credential, { cache: { ttlInSeconds: 60, limits: { secrets: 1, bytes: 1000 } } });
  assert.equal((await caching.getSecret("secret-a")).cache, undefined);
  const { ageInSeconds, ...cache } = (await caching.getSecret("secret-a")).cache;
  assert.ok(ageInSeconds < 60, `${ageInSeconds}`);
  assert.deepEqual(cache, { stale: false });
  assert.equal((await caching.getSecret("secret-a", { bypassCache: true })).cache, undefined);
  caching.close();
});
