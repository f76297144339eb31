/** Makes the package: the component's module with jco, and our own sources with tsc. `node build.js KEYFOB.wasm`. */

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { transpile } from "@bytecodealliance/jco-transpile";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const component = process.argv[2] ?? here("../../target/keyfob-with-certificates.wasm");

if (!existsSync(component)) {
  console.error(`${component} is not there. Write it first: keyfob component --with-certificates ${component}`);
  process.exit(1);
}

// The component's imports are ours (src/wasi), so WASI's shim is not needed. Errors come as they are.
const { files } = await transpile(component, {
  name: "keyfob",
  outDir: here("src/component"),
  instantiation: { tag: "sync" },
  wasiShim: false,
  noComponentErrorWrapping: true,
  minify: true,
});

rmSync(here("src/component"), { recursive: true, force: true });
rmSync(here("dist"), { recursive: true, force: true });
for (const [path, content] of Object.entries(files)) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const tsc = spawnSync(process.execPath, [here("node_modules/typescript/bin/tsc"), "-p", here("tsconfig.json")], { stdio: "inherit" });
if (tsc.status !== 0) process.exit(1);
cpSync(here("src/component"), here("dist/component"), { recursive: true });
for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) cpSync(here(`../../${licence}`), here(`dist/${licence}`));
