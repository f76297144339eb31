import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { EnvironmentCredential, WorkloadIdentityCredential } from "../../dist/index.js";
import { REPLACEMENTS, toJavaScriptTerms } from "../../dist/messages.js";

const src = fileURLToPath(new URL("../../../../src/", import.meta.url));

test("the component's sources contain every phrase that is replaced", () => {
  const files = readdirSync(src, { recursive: true }).filter((name) => name.endsWith(".rs"));
  // A Rust string continues on the next line after a backslash.
  const sources = files.map((name) => readFileSync(join(src, name), "utf8").replaceAll(/\\\n\s*/g, "")).join("\n");
  for (const [component] of REPLACEMENTS) assert.ok(sources.includes(component), component);
});

test("each phrase is replaced", () => {
  for (const [component, javascript] of REPLACEMENTS) assert.equal(toJavaScriptTerms(`before ${component} after`), `before ${javascript} after`);
});

test("hints name options of this package", async () => {
  const error = await new EnvironmentCredential({ env: {} }).getToken("x").catch((error) => error);
  assert.match(error.hint, /give SecretClient an object whose getToken returns it/);
  const tokenFilePath = "/no/such/folder/token";
  const options = { tenantId: "a.b", clientId: "00000000-0000-0000-0000-000000000000", tokenFilePath, env: {} };
  const missing = await new WorkloadIdentityCredential(options).getToken("x/.default").catch((error) => error);
  assert.match(missing.hint, /service account token$/);
  assert.doesNotMatch(`${error.message} ${missing.message}`, /static-token|wasmtime|Spin|wasmCloud/);
});
