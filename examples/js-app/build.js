/** `node build.js [APP.wasm]` writes types/ from the WIT, checks the app's types, and makes a component of it. */

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { componentize } from "@bytecodealliance/componentize-js";
import { $init, generateTypes } from "@bytecodealliance/jco-transpile/component";
import { rolldown } from "rolldown";

import { wit } from "./wit.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await $init;
rmSync(here("types"), { recursive: true, force: true });
for (const [name, text] of generateTypes("app", { wit: { tag: "source", val: wit }, world: "app", guest: true })) {
  const path = join(here("types"), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
const tsc = spawnSync(process.execPath, [here("node_modules/typescript/bin/tsc"), "-p", here("jsconfig.json")], { stdio: "inherit" });
if (tsc.status !== 0) process.exit(1);

const bundle = await rolldown({ input: here("app.js"), external: /^keyfob:/ });
const { output } = await bundle.generate({ format: "esm" });
// The app needs nothing of WASI, so nothing of it is imported. Keyfob imports what it needs.
const disableFeatures = ["clocks", "fetch-event", "http", "random", "stdio"];
const { component } = await componentize(output[0].code, { witWorld: wit, worldName: "app", disableFeatures });
writeFileSync(process.argv[2] ?? here("app.wasm"), component);
