/** The WASI implementation that the component runs on. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { preopens } from "../../dist/wasi/filesystem.js";
import { wasiImports } from "../../dist/wasi/imports.js";

const importList = fileURLToPath(new URL("../../../../tests/component/imports.txt", import.meta.url));

test("the imports are those of the component's list", () => {
  const listed = readFileSync(importList, "utf8").trim().split("\n");
  const imports = wasiImports({}, { env: [], directories: [] });
  const names = new Set(listed.map((line) => line.split(/[@ ]/)[0]));
  assert.deepEqual(new Set(Object.keys(imports)), names);
  for (const line of listed) {
    const [interfaceName, functionName] = line.split(" ", 2);
    const [, kind, type, method] = /^(?:\[(\w+)\](\w[\w-]*)(?:\.(.*))?)$/.exec(line.slice(interfaceName.length + 1)) ?? [];
    const camel = (text) => text.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
    const pascal = (text) => camel(`-${text}`);
    const implementation = imports[interfaceName.split("@")[0]];
    if (functionName === undefined) continue;
    const found =
      kind === undefined
        ? implementation[camel(functionName)]
        : kind === "constructor"
          ? implementation[pascal(type)]
          : kind === "static"
            ? implementation[pascal(type)][camel(method)]
            : implementation[pascal(type)].prototype[camel(method)];
    assert.equal(typeof found, "function", line);
  }
});

test("files can be read only inside the directory: not through a link or a parent, and no pipe", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "keyfob-js-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const granted = join(directory, "granted");
  mkdirSync(join(granted, "..data"), { recursive: true });
  writeFileSync(join(granted, "..data", "token"), "the token");
  writeFileSync(join(directory, "outside"), "x");
  symlinkSync("..data/token", join(granted, "token"));
  symlinkSync("../outside", join(granted, "link"));
  const pipe = spawnSync("mkfifo", [join(granted, "pipe")]).status === 0;
  const [[root, name]] = preopens({ directories: [granted] });
  assert.equal(name, granted);
  const read = (path) => Buffer.from(root.openAt({}, path).read(100n, 0n)[0]).toString();
  assert.equal(read("token"), "the token");
  for (const path of ["link", "../outside", ".", "..data", join(directory, "outside"), ...(pipe ? ["pipe"] : [])]) {
    assert.throws(() => read(path), (error) => ["not-permitted", "no-entry"].includes(error.payload), path);
  }
  assert.throws(() => read("missing"), { payload: "no-entry" });
});
