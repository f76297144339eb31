/** Which environment variables and directories the component gets. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { KNOWN_VARIABLES, knownVariables, readableDirectories } from "../../dist/environment.js";

const src = fileURLToPath(new URL("../../../../src/", import.meta.url));

test("the known variables are those in the component's sources", () => {
  const files = readdirSync(src, { recursive: true }).filter((name) => name.endsWith(".rs"));
  const sources = files.map((name) => readFileSync(join(src, name), "utf8")).join("\n");
  const named = new Set(sources.match(/(?<=")(AZURE|IDENTITY|MSI|IMDS|DEFAULT_IDENTITY|KEYFOB)_[A-Z_]+(?=")/g));
  // The package sets this one itself.
  assert.deepEqual([...named].sort(), [...KNOWN_VARIABLES, "KEYFOB_LANGUAGE"].sort());
});

test("unknown and empty variables are not passed on", () => {
  const variables = knownVariables({ AZURE_CLIENT_ID: "an id", AZURE_TENANT_ID: "", PATH: "/bin", DATABASE_PASSWORD: "a secret" });
  assert.deepEqual(variables, [["KEYFOB_HOST", "node"], ["KEYFOB_LANGUAGE", "javascript"], ["AZURE_CLIENT_ID", "an id"]]);
});

test("the directories are those of the configured files, never the root", () => {
  const of = (env, ...files) => readableDirectories(Object.entries(env), ...files);
  assert.deepEqual(of({}), []);
  assert.deepEqual(of({ AZURE_FEDERATED_TOKEN_FILE: "/var/run/secrets/azure/tokens/token" }), ["/var/run/secrets/azure/tokens"]);
  assert.deepEqual(of({ AZURE_CLIENT_CERTIFICATE_PATH: "cert.pem" }, "/keys/key.pem", undefined), [".", "/keys"]);
  assert.deepEqual(of({ IMDS_ENDPOINT: "http://localhost:40342" }), ["/var/opt/azcmagent/tokens"]);
  assert.deepEqual(of({}, "/token"), []);
});

test("Azure Arc's agent: its variables are added where it is installed and no variable names a source", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "keyfob-arc-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const agent = join(folder, "himds");
  const endpoints = (env) => knownVariables(env, agent).filter(([name]) => !name.startsWith("KEYFOB_"));
  assert.deepEqual(endpoints({}), []);
  writeFileSync(agent, "");
  const added = [
    ["IDENTITY_ENDPOINT", "http://localhost:40342/metadata/identity/oauth2/token"],
    ["IMDS_ENDPOINT", "http://localhost:40342"],
  ];
  assert.deepEqual(endpoints({ AZURE_CLIENT_ID: "an id" }), [["AZURE_CLIENT_ID", "an id"], ...added]);
  assert.deepEqual(readableDirectories(added), ["/var/opt/azcmagent/tokens"]);
  for (const name of ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"]) {
    assert.deepEqual(endpoints({ [name]: "http://127.0.0.1:1" }), [[name, "http://127.0.0.1:1"]]);
  }
});

test("a variable that is not valid Unicode is an error that names it and does not show it", () => {
  for (const value of ["canary\ufffd", "canary\ud800"]) {
    assert.throws(() => knownVariables({ AZURE_CLIENT_SECRET: value }), ({ kind, message }) => {
      assert.match(message, /^the environment variable AZURE_CLIENT_SECRET/);
      return kind === "invalid-argument" && !message.includes("canary");
    });
  }
  assert.deepEqual(knownVariables({ DATABASE_PASSWORD: "\ufffd" }), knownVariables({}));
});

test("a variable of the process whose bytes are not UTF-8", { skip: process.platform === "win32" }, () => {
  const script = `
    import { DefaultAzureCredential } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url))};
    try { new DefaultAzureCredential(); } catch ({ kind, message }) { console.log(kind, message); }
  `;
  const shell = 'export AZURE_CLIENT_ID="$(printf "id\\377")"; exec "$0" --input-type=module -e "$1"';
  const stdout = execFileSync("sh", ["-c", shell, process.execPath, script], { encoding: "utf8" });
  assert.equal(stdout, "invalid-argument the environment variable AZURE_CLIENT_ID is not valid UTF-8\n");
});
