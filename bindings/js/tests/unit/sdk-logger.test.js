/** Lines of the log reach the listeners of `@azure/logger`, if the program has set that logger. */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { test } from "node:test";

const index = JSON.stringify(new URL("../../dist/index.js", import.meta.url));
const logger = JSON.stringify(import.meta.resolve("@azure/logger"));

/** Runs a program that makes a call after the first lines. Returns its stdout. */
function run(lines, env = {}) {
  const script = `
    import { AzureLogger, setLogLevel } from ${logger};
    import { EnvironmentCredential } from ${index};
    ${lines}
    await new EnvironmentCredential({ env: { AZURE_CLIENT_ID: "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08", AZURE_TENANT_ID: "contoso.test", AZURE_CLIENT_SECRET: "canary", AZURE_AUTHORITY_HOST: "https://127.0.0.1:1", ...process.env }, disableInstanceDiscovery: true })
      .getToken("https://vault.azure.net/.default", { requestOptions: { timeout: 500 } }).catch(() => {});
  `;
  const options = { encoding: "utf8", env };
  return execFileSync(process.execPath, ["--input-type=module", "-e", script], options);
}

const LISTEN = 'AzureLogger.log = (...args) => console.log("listener:", ...args);';

test("a listener gets the lines at the level that the program sets", () => {
  const verbose = run(`setLogLevel("verbose"); ${LISTEN}`);
  assert.match(verbose, /^listener: azure:identity:verbose keyfob => POST https:\/\/127\.0\.0\.1:1\//m);
  assert.ok(!verbose.includes("canary"));
  assert.doesNotMatch(run(`setLogLevel("error"); ${LISTEN}`), /identity:(verbose|info)/);
  assert.equal(run(LISTEN), "");
});

test("a listener with the level of the environment", () => {
  assert.match(run(LISTEN, { AZURE_LOG_LEVEL: "verbose" }), /^listener: azure:identity:verbose keyfob => POST/m);
});

test("a program of CommonJS, whose logger is another instance", () => {
  const script = `
    const { AzureLogger, setLogLevel } = require(${JSON.stringify(createRequire(import.meta.url).resolve("@azure/logger"))});
    setLogLevel("info");
    ${LISTEN}
    import(${index}).then(({ EnvironmentCredential }) => new EnvironmentCredential({ env: {} }).getToken("https://vault.azure.net/.default")).catch(() => {});
  `;
  const stdout = execFileSync(process.execPath, ["-e", script], { encoding: "utf8", env: {} });
  assert.match(stdout, /^listener: azure:identity:error keyfob => /m);
});

test("with AZURE_LOG_LEVEL alone, the lines go to stderr as they are", () => {
  const script = (load) => `
    ${load};
    import(${index}).then(({ EnvironmentCredential }) => new EnvironmentCredential({ env: process.env }).getToken("https://vault.azure.net/.default")).catch(() => {});
  `;
  const required = `require(${JSON.stringify(createRequire(import.meta.url).resolve("@azure/logger"))})`;
  for (const load of ["", required, `import(${logger})`]) {
    const { stderr } = spawnSync(process.execPath, ["-e", script(load)], { encoding: "utf8", env: { AZURE_LOG_LEVEL: "error" } });
    assert.match(stderr, /^keyfob: \[error\] /, load);
    assert.doesNotMatch(stderr, /azure:identity/);
  }
});
