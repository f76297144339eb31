import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { EnvironmentCredential, WorkloadIdentityCredential } from "../../dist/index.js";
import { WORDS, inOurWords } from "../../dist/words.js";

const src = fileURLToPath(new URL("../../../../src/", import.meta.url));

test("the component still says what is put into other words", () => {
  const files = readdirSync(src, { recursive: true }).filter((name) => name.endsWith(".rs"));
  // A string of Rust's goes on after a backslash at the end of a line.
  const sources = files.map((name) => readFileSync(join(src, name), "utf8").replaceAll(/\\\n\s*/g, "")).join("\n");
  for (const [component] of WORDS) assert.ok(sources.includes(component), component);
});

test("each of them", () => {
  for (const [component, here] of WORDS) assert.equal(inOurWords(`before ${component} after`), `before ${here} after`);
});

test("advice speaks of this package", async () => {
  const error = await new EnvironmentCredential({ env: {} }).getToken("x").catch((error) => error);
  assert.match(error.hint, /give SecretClient an object whose getToken returns it/);
  const tokenFilePath = "/no/such/folder/token";
  const options = { tenantId: "a.b", clientId: "00000000-0000-0000-0000-000000000000", tokenFilePath, env: {} };
  const missing = await new WorkloadIdentityCredential(options).getToken("x/.default").catch((error) => error);
  assert.match(missing.hint, /service account token$/);
  assert.doesNotMatch(`${error.message} ${missing.message}`, /static-token|wasmtime|Spin|wasmCloud/);
});
