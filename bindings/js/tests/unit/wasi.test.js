/** The WASI implementation that the component runs on. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs, { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
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

/** Calls `before` ahead of every call of a function of `node:fs`, as another process may do something at that moment. */
function interpose(t, name, before) {
  const original = fs[name];
  fs[name] = (...args) => {
    before(name);
    return original(...args);
  };
  syncBuiltinESMExports();
  t.after(() => {
    fs[name] = original;
    syncBuiltinESMExports();
  });
}

/** The calls between which another process may replace something. */
const CALLS = ["realpathSync", "statSync", "lstatSync", "openSync", "fstatSync", "readlinkSync", "readSync"];

test("a file or a folder that is replaced while it is opened: no file outside of the directory is read", (t) => {
  const top = mkdtempSync(join(tmpdir(), "keyfob-js-"));
  t.after(() => rmSync(top, { recursive: true }));
  let step;
  let at;
  let replace = () => {};
  for (const name of CALLS) {
    interpose(t, name, () => {
      step += 1;
      if (step === at) replace();
    });
  }
  writeFileSync(join(top, "private"), "outside");
  mkdirSync(join(top, "elsewhere"));
  writeFileSync(join(top, "elsewhere", "token"), "outside");
  const replacements = {
    "the file by a link to a file outside": (granted) => {
      rmSync(join(granted, "token"));
      symlinkSync("../private", join(granted, "token"));
    },
    "the file by a renamed link": (granted) => {
      symlinkSync(join(top, "private"), join(granted, "new"));
      renameSync(join(granted, "new"), join(granted, "token"));
    },
    "the folder of the file by a link": (granted) => {
      renameSync(join(granted, "folder"), join(granted, "old"));
      symlinkSync(join(top, "elsewhere"), join(granted, "folder"));
    },
    "the file by a pipe": (granted) => {
      rmSync(join(granted, "token"));
      assert.equal(spawnSync("mkfifo", [join(granted, "token")]).status, 0);
    },
  };
  let runs = 0;
  for (const [what, replacement] of Object.entries(replacements)) {
    // Each call of the file system is the moment of the replacement once.
    for (let moment = 1; ; moment += 1) {
      const granted = join(top, `granted-${(runs += 1)}`);
      mkdirSync(join(granted, "folder"), { recursive: true });
      for (const path of ["token", "folder/token"]) writeFileSync(join(granted, path), "inside");
      replace = () => replacement(granted);
      [step, at] = [0, moment];
      let read;
      try {
        const [[root]] = preopens({ directories: [granted] });
        const file = root.openAt({}, what.includes("folder") ? "folder/token" : "token");
        read = Buffer.from(file.read(100n, 0n)[0]).toString();
        file[Symbol.dispose]();
      } catch (error) {
        read = error.payload;
      }
      const steps = step;
      at = undefined;
      assert.ok(["inside", "not-permitted", "no-entry", "loop"].includes(read), `${what}, at ${moment}: ${read}`);
      if (moment >= steps) break;
    }
  }
  assert.ok(runs > 3 * Object.keys(replacements).length);
});

test("a token that Kubernetes renews while it is opened is read", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "keyfob-js-"));
  t.after(() => rmSync(directory, { recursive: true }));
  for (const version of ["1", "2"]) {
    mkdirSync(join(directory, `..${version}`));
    writeFileSync(join(directory, `..${version}`, "token"), `token ${version}`);
  }
  symlinkSync("..1", join(directory, "..data"));
  symlinkSync("..data/token", join(directory, "token"));
  let isRenewed = false;
  interpose(t, "openSync", () => {
    if (isRenewed) return;
    isRenewed = true;
    symlinkSync("..2", join(directory, "..new"));
    renameSync(join(directory, "..new"), join(directory, "..data"));
    rmSync(join(directory, "..1"), { recursive: true });
  });
  const [[root]] = preopens({ directories: [directory] });
  assert.equal(Buffer.from(root.openAt({}, "token").read(100n, 0n)[0]).toString(), "token 2");
});

test("opening files leaves none of them open", { skip: process.platform !== "linux" }, (t) => {
  const directory = mkdtempSync(join(tmpdir(), "keyfob-js-"));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, "token"), "the token");
  symlinkSync("/proc/self/status", join(directory, "link"));
  const [[root]] = preopens({ directories: [directory] });
  const count = () => readdirSync("/proc/self/fd").length;
  const before = count();
  for (let round = 0; round < 50; round += 1) {
    root.openAt({}, "token")[Symbol.dispose]();
    for (const path of ["link", "missing", "."]) assert.throws(() => root.openAt({}, path));
  }
  assert.equal(count(), before);
});
