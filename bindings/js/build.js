/** `node build.js KEYFOB.wasm` builds dist/: transpiles the component with jco, and compiles src/ with tsc. */

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { transpile } from "@bytecodealliance/jco-transpile";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const component = process.argv[2] ?? here("../../target/keyfob-with-certificates.wasm");

if (!existsSync(component)) {
  console.error(`${component} not found. Create it with: keyfob component --with-certificates ${component}`);
  process.exit(1);
}

// src/wasi implements the imports, so jco's WASI shim is not needed. WIT errors are thrown without jco's wrapper class.
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
