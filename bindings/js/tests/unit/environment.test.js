/** Which environment variables and directories the component gets. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { KNOWN_VARIABLES, knownVariables, readableDirectories } from "../../dist/environment.js";

const src = fileURLToPath(new URL("../../../../src/", import.meta.url));

test("the known variables are those in the component's sources", () => {
  const files = readdirSync(src, { recursive: true }).filter((name) => name.endsWith(".rs"));
  const sources = files.map((name) => readFileSync(join(src, name), "utf8")).join("\n");
  const named = new Set(sources.match(/(?<=")(AZURE|IDENTITY|MSI|IMDS|DEFAULT_IDENTITY|KEYFOB)_[A-Z_]+(?=")/g));
  assert.deepEqual([...named].sort(), KNOWN_VARIABLES.toSorted());
});

test("unknown and empty variables are not passed on", () => {
  const variables = knownVariables({ AZURE_CLIENT_ID: "an id", AZURE_TENANT_ID: "", PATH: "/bin", DATABASE_PASSWORD: "a secret" });
  assert.deepEqual(variables, [["KEYFOB_HOST", "node"], ["AZURE_CLIENT_ID", "an id"]]);
});

test("the directories are those of the configured files, never the root", () => {
  const of = (env, ...files) => readableDirectories(Object.entries(env), ...files);
  assert.deepEqual(of({}), []);
  assert.deepEqual(of({ AZURE_FEDERATED_TOKEN_FILE: "/var/run/secrets/azure/tokens/token" }), ["/var/run/secrets/azure/tokens"]);
  assert.deepEqual(of({ AZURE_CLIENT_CERTIFICATE_PATH: "cert.pem" }, "/keys/key.pem", undefined), [".", "/keys"]);
  assert.deepEqual(of({ IMDS_ENDPOINT: "http://localhost:40342" }), ["/var/opt/azcmagent/tokens"]);
  assert.deepEqual(of({}, "/token"), []);
});
