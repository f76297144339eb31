/** Calls that wait, calls that never end, and workers that die. Timers are those of the test. */

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { createServer as createTcpServer } from "node:net";
import { test } from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

import { ClientSecretCredential, EnvironmentCredential, SecretClient } from "../../dist/index.js";
import { ComponentWorker } from "../../dist/component-worker.js";
import { HttpClient } from "../../dist/network/http-client.js";
import { client, respond, serve } from "./loopback-vault.js";

const TENANT = "7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10";
const index = new URL("../../dist/index.js", import.meta.url);

/** A client with a credential object of its own. */
function ownClient(url) {
  client(url);
  return new SecretClient(url, { getToken: async () => ({ token: "a.b.c", expiresOnTimestamp: Date.now() + 3_600_000 }) });
}

/** A vault that does not respond to secrets whose name begins with `silent`, until `release` is called. */
async function silentVault(t) {
  const held = [];
  const served = await serve(t, (request, response) => {
    if (request.url.includes("/silent")) held.push([request, response]);
    else respond(request, response);
  });
  return { ...served, held, release: () => held.splice(0).forEach((pair) => respond(...pair)) };
}

/** The same, with a client whose worker has started. */
async function startedVault(t) {
  const served = await silentVault(t);
  const vault = ownClient(served.url);
  await vault.getSecret("a");
  return { ...served, vault };
}

/** Starts a server that is the proxy for https, and never sends anything of its own. Returns the sockets of its connections. */
async function silentProxy(t, onConnection = (socket) => socket.resume()) {
  const sockets = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    onConnection(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  process.env.HTTPS_PROXY = `http://127.0.0.1:${server.address().port}`;
  t.after(() => delete process.env.HTTPS_PROXY);
  return sockets;
}

const closed = async (socket) => socket.closed || once(socket, "close");

/** The messages to all workers that run one of the operations, and the workers that got them. */
function recordMessages(t, ...operations) {
  const messages = [];
  const post = Worker.prototype.postMessage;
  t.mock.method(Worker.prototype, "postMessage", function (message) {
    if (operations.includes(message.operation)) messages.push({ worker: this, ...message });
    return post.call(this, message);
  });
  return messages;
}

/** Lets promises that are settled run on. */
async function settle() {
  for (let turn = 0; turn < 50; turn += 1) await null;
}

test("a call that waits for a silent server holds up no other credential", async (t) => {
  const { server, url, release } = await silentVault(t);
  const clients = Array.from({ length: 5 }, () => ownClient(url));
  const slow = clients[0].getSecret("silent", { requestOptions: { timeout: 600_000 } });
  await once(server, "request");
  for (const vault of clients.slice(1)) assert.equal((await vault.getSecret("a")).value, "a");
  const others = [new EnvironmentCredential({ env: {} }), new ClientSecretCredential(TENANT, TENANT, "x", { env: {} })];
  for (const credential of others) assert.equal((await credential.explain()).length > 0, true);
  release();
  assert.equal((await slow).value, "silent");
});

test("the time in the queue counts in the timeout, and a call that did not start sends nothing", async (t) => {
  const { server, held, release, vault } = await startedVault(t);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const now = performance.now();
  t.mock.method(performance, "now", () => now);
  const first = vault.getSecret("silent");
  await once(server, "request");
  const limited = vault.getSecret("silent-b", { requestOptions: { timeout: 1000 } }).catch((error) => error);
  const unlimited = vault.getSecret("silent-c").catch((error) => error);
  await settle();
  t.mock.timers.tick(1000);
  const error = await limited;
  assert.deepEqual([error.name, error.kind, error.hint], ["AbortError", "timed-out", "Read several secrets with getSecrets, or use a longer requestOptions.timeout"]);
  assert.match(error.message, /^the call did not start within its timeout of 1000 ms.*; nothing was sent\n/);
  t.mock.timers.tick(29_000);
  const { name, kind } = await unlimited;
  // Without an own timeout. The Azure SDK has none by default.
  assert.deepEqual([name, kind], ["RestError", "timed-out"]);
  assert.equal(held.length, 1);
  release();
  assert.equal((await first).value, "silent");
  assert.equal((await vault.getSecret("a")).value, "a");
});

test("a call that has waited gets what is left of its timeout", async (t) => {
  const { server, release, vault } = await startedVault(t);
  const messages = recordMessages(t, "getSecret");
  let now = performance.now();
  t.mock.method(performance, "now", () => now);
  const first = vault.getSecret("silent");
  await once(server, "request");
  const behind = vault.getSecret("b", { requestOptions: { timeout: 600_000 } });
  await settle();
  now += 400_000;
  release();
  await first;
  assert.equal((await behind).value, "b");
  assert.deepEqual(messages.at(-1).args.at(-1).at(-1), ["setTimeout", 200_000n]);
});

test("a list whose first page has waited keeps its timeout for the later pages", async (t) => {
  const messages = recordMessages(t, "nextPage", "nextDeletedPage");
  const worker = new ComponentWorker();
  const credential = { id: 2, create: "environment", args: [], options: [], sources: [], env: [], directories: [] };
  const spec = { id: 1, vaultUrl: "no URL", credential, options: [] };
  const first = worker.run("count", []);
  const calls = [
    worker.run("nextPage", [spec, 3, true, "listPropertiesOfSecrets", "", []], { timeout: 600_000 }),
    worker.run("nextDeletedPage", [spec, 4, true, []], { timeout: 600_000 }),
  ];
  await first;
  for (const call of calls) await assert.rejects(call, { kind: "invalid-argument" });
  assert.deepEqual(messages.map(({ args }) => args.at(-1)), [[["setTimeout", 600_000n]], [["setTimeout", 600_000n]]]);
});

test("a list does not start again when its worker has died", async (t) => {
  const { url } = await serve(t, (request, response) => {
    const [path] = request.url.split("?");
    const value = [{ id: `${url}/secrets/a`, attributes: {} }];
    response.setHeader("content-type", "application/json").end(JSON.stringify({ value, nextLink: `${url}${path}?$skiptoken=x` }));
  });
  const messages = recordMessages(t, "nextPage", "nextDeletedPage");
  for (const list of [ownClient(url).listPropertiesOfSecrets(), ownClient(url).listDeletedSecrets()]) {
    assert.equal((await list.next()).value.name, "a");
    await messages.at(-1).worker.terminate();
    await assert.rejects(list.next(), { kind: "other", message: /start the list again/ });
  }
});

test("a call whose component does not end it is given up, and the next call works", async (t) => {
  const { server, held, vault } = await startedVault(t);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  // Time passes before the component is called. The message has the timeout that the caller gave.
  let now = performance.now();
  t.mock.method(performance, "now", () => (now += 1));
  const stuck = vault.getSecret("silent", { requestOptions: { timeout: 600_000 } }).catch((error) => error);
  const [request] = await once(server, "request");
  const closed = once(request.socket, "close");
  // To the component, no time has passed.
  t.mock.timers.tick(610_000);
  const error = await stuck;
  assert.deepEqual([error.kind, error.name, held.length], ["timed-out", "AbortError", 1]);
  assert.match(error.message, /did not end the call within its timeout of 600000 ms/);
  await closed;
  assert.equal((await vault.getSecret("a")).value, "a");
});

test("a call that was given its time to the end is ended by the component's clock after it has waited", async (t) => {
  const { server, held, release, vault } = await startedVault(t);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const first = vault.getSecret("silent");
  await once(server, "request");
  const second = vault.getSecret("silent-b", { requestOptions: { timeout: 600_000 } }).catch((error) => error);
  await settle();
  const requested = once(server, "request");
  release();
  await first;
  await requested;
  t.mock.timers.tick(600_000);
  const error = await second;
  assert.deepEqual([error.kind, held.length], ["timed-out", 1]);
  assert.match(error.message, /the deadline of the call passed/);
});

const deaths = {
  "is terminated": (worker) => worker.terminate(),
  "runs out of memory": (worker) => worker.emit("error", new RangeError("out of memory")),
  "fails with an error that holds a secret": (worker) => worker.emit("error", new Error("canary~value.of-a-secret")),
  "sends what can't be read": (worker) => worker.emit("messageerror", new Error("canary~value.of-a-secret")),
};
for (const [name, kill] of Object.entries(deaths)) {
  test(`a worker that ${name} settles its call, and the calls behind it run in a new one`, async (t) => {
    const { server, url } = await silentVault(t);
    const vault = ownClient(url);
    const messages = recordMessages(t, "getSecret");
    const dying = vault.getSecret("silent").catch((error) => error);
    await once(server, "request");
    const behind = [vault.getSecret("b"), vault.getSecret("c")];
    kill(messages.at(-1).worker);
    const error = await dying;
    assert.deepEqual([error.kind, error.message.startsWith("the component crashed"), error.message.includes("canary")], ["other", true, false]);
    assert.deepEqual((await Promise.all(behind)).map(({ value }) => value), ["b", "c"]);
  });
}

test("a worker that can't be started: each call ends with the reason", async () => {
  const script = `
    import { EnvironmentCredential } from ${JSON.stringify(index)};
    const credential = new EnvironmentCredential({ env: {} });
    for (const call of [credential.explain(), credential.explain()]) await call.catch(({ kind, message }) => console.log(kind, message.split("\\n")[0]));
  `;
  const flags = ["--experimental-permission", "--allow-fs-read=*", "--no-warnings", "--input-type=module"];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, "-e", script]);
  assert.equal(stdout, "denied-by-host the worker thread of the component can't be started: ERR_ACCESS_DENIED\n".repeat(2));
});

test("a value that can't be cloned into a message settles the call, and the next one works", async () => {
  const worker = new ComponentWorker();
  const canary = Object.assign(() => {}, { canary: true });
  const refused = [canary, new Proxy({}, {}), Symbol("canary"), new WeakMap()].map((value) => worker.run("drop", [value]));
  for (const call of refused) {
    await assert.rejects(call, (error) => error.kind === "invalid-argument" && error.message === "an argument of drop can't be sent to the component");
  }
  assert.equal(await worker.run("count", []), 0);
});

test("a proxy that accepts connections and stays silent is a connection timeout, and its connections are closed", async (t) => {
  // The second one opens the tunnel first.
  const opensTunnel = (socket) => socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
  for (const onConnection of [undefined, opensTunnel]) {
    const sockets = await silentProxy(t, onConnection);
    const event = await new Promise((resolve) => {
      const request = { type: "send", id: 1, method: "GET", secure: true, authority: "my-vault.vault.azure.net", path: "/", headers: [], body: [] };
      new HttpClient(resolve).handle({ ...request, connectTimeoutMs: 50 });
    });
    assert.deepEqual([event, sockets.length], [{ id: 1, error: { tag: "connection-timeout" } }, 1]);
    await closed(sockets[0]);
  }
});

test("a call through a silent proxy ends within its timeout", async (t) => {
  const sockets = await silentProxy(t);
  const vault = ownClient("https://my-vault.vault.azure.net");
  await assert.rejects(vault.getSecret("a", { requestOptions: { timeout: 300 } }), { kind: "timed-out" });
  await Promise.all(sockets.map(closed));
});

test("a log line that stderr does not take is lost, and the call goes on", { skip: process.platform !== "linux" }, async (t) => {
  const { url } = await serve(t, respond);
  const script = `
    import { SecretClient } from ${JSON.stringify(index)};
    const credential = { getToken: async () => ({ token: "a.b.c", expiresOnTimestamp: Date.now() + 3600000 }) };
    console.log((await new SecretClient(${JSON.stringify(url)}, credential).getSecret("a")).value);
  `;
  const env = { KEYFOB_ALLOW_LOOPBACK_HTTP: "1", AZURE_LOG_LEVEL: "verbose" };
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { env, stdio: ["ignore", "pipe", openSync("/dev/full", "w")] });
  let stdout = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  const [status] = await once(child, "close");
  assert.deepEqual([stdout, status], ["a\n", 0]);
});
