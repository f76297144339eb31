/** The worker keeps the process alive while a call runs, and only then. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { promisify } from "node:util";

import { respond, serve } from "./loopback-vault.js";

const run = promisify(execFile);
const index = new URL("../../dist/index.js", import.meta.url);

test("a script exits after its last call has completed", async (t) => {
  const { url } = await serve(t, respond);
  const script = `
    import { SecretClient } from ${JSON.stringify(index)};
    const credential = { getToken: async () => ({ token: "a.b.c", expiresOnTimestamp: Date.now() + 3600000 }) };
    const client = new SecretClient(${JSON.stringify(url)}, credential);
    console.log((await client.getSecret("a")).value);
    client.getSecret("b").then(({ value }) => console.log(value));
  `;
  const env = { KEYFOB_ALLOW_LOOPBACK_HTTP: "1", PATH: process.env.PATH };
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "-e", script], { env, timeout: 60_000 });
  assert.deepEqual([stdout, stderr.replaceAll(/keyfob: KEYFOB_ALLOW_LOOPBACK_HTTP.*\n/g, "")], ["a\nb\n", ""]);
});

test("importing the package and making a credential starts no worker", async () => {
  const script = `
    import { DefaultAzureCredential } from ${JSON.stringify(index)};
    new DefaultAzureCredential();
    console.log(process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort/.test(name)).length);
  `;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { timeout: 60_000 });
  assert.equal(stdout, "0\n");
});

test("process.exit works while a call runs", async (t) => {
  const { server, url } = await serve(t, () => {});
  const script = `
    import { SecretClient } from ${JSON.stringify(index)};
    const credential = { getToken: async () => ({ token: "a.b.c", expiresOnTimestamp: Date.now() + 3600000 }) };
    new SecretClient(${JSON.stringify(url)}, credential).getSecret("a").finally(() => console.log("ended"));
    process.stdin.once("data", () => process.exit(7));
  `;
  const env = { KEYFOB_ALLOW_LOOPBACK_HTTP: "1", PATH: process.env.PATH };
  const running = run(process.execPath, ["--input-type=module", "-e", script], { env, timeout: 60_000 });
  await once(server, "request");
  running.child.stdin.write("go");
  await assert.rejects(running, { code: 7, stdout: "" });
});
