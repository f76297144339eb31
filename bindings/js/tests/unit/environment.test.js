/** What the component is given of the process, and nothing more. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { preopens } from "../../dist/wasi/filesystem.js";
import { wasiImports } from "../../dist/wasi/imports.js";
import { KNOWN_VARIABLES, knownVariables, readableDirectories } from "../../dist/environment.js";

const top = fileURLToPath(new URL("../../../../", import.meta.url));

test("the variables are those that the component's sources name", () => {
  const files = readdirSync(join(top, "src"), { recursive: true }).filter((name) => name.endsWith(".rs"));
  const sources = files.map((name) => readFileSync(join(top, "src", name), "utf8")).join("\n");
  const named = new Set(sources.match(/(?<=")(AZURE|IDENTITY|MSI|IMDS|DEFAULT_IDENTITY|KEYFOB)_[A-Z_]+(?=")/g));
  // cargo's, for the build with a certificate's key.
  assert.deepEqual([...named].sort(), KNOWN_VARIABLES.toSorted());
});

test("variables that the component does not know stay outside", () => {
  const seen = knownVariables({ AZURE_CLIENT_ID: "an id", AZURE_TENANT_ID: "", PATH: "/bin", DATABASE_PASSWORD: "a secret" });
  assert.deepEqual(seen, [["KEYFOB_HOST", "node"], ["AZURE_CLIENT_ID", "an id"]]);
});

test("the folders are those of the named files, never the whole disk", () => {
  const of = (env, ...files) => readableDirectories(Object.entries(env), ...files);
  assert.deepEqual(of({}), []);
  assert.deepEqual(of({ AZURE_FEDERATED_TOKEN_FILE: "/var/run/secrets/azure/tokens/token" }), ["/var/run/secrets/azure/tokens"]);
  assert.deepEqual(of({ AZURE_CLIENT_CERTIFICATE_PATH: "cert.pem" }, "/keys/key.pem", undefined), [".", "/keys"]);
  assert.deepEqual(of({ IMDS_ENDPOINT: "http://localhost:40342" }), ["/var/opt/azcmagent/tokens"]);
  assert.deepEqual(of({}, "/token"), []);
});

test("the component's imports are those of its own list", () => {
  const listed = readFileSync(join(top, "tests/component/imports.txt"), "utf8").trim().split("\n");
  const world = wasiImports({}, { env: [], directories: [] });
  const names = new Set(listed.map((line) => line.split(/[@ ]/)[0]));
  assert.deepEqual(new Set(Object.keys(world)), names);
  for (const line of listed) {
    const [place, called] = line.split(" ", 2);
    const [, kind, type, method] = /^(?:\[(\w+)\](\w[\w-]*)(?:\.(.*))?)$/.exec(line.slice(place.length + 1)) ?? [];
    const camel = (text) => text.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
    const pascal = (text) => camel(`-${text}`);
    const given = world[place.split("@")[0]];
    if (called === undefined) continue;
    const found =
      kind === undefined
        ? given[camel(called)]
        : kind === "constructor"
          ? given[pascal(type)]
          : kind === "static"
            ? given[pascal(type)][camel(method)]
            : given[pascal(type)].prototype[camel(method)];
    assert.equal(typeof found, "function", line);
  }
});

test("files: read, and never left by a link, a parent or a pipe", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "keyfob-js-"));
  after(() => rmSync(folder, { recursive: true }));
  const granted = join(folder, "granted");
  mkdirSync(join(granted, "..data"), { recursive: true });
  writeFileSync(join(granted, "..data", "token"), "the token");
  writeFileSync(join(folder, "outside"), "x");
  symlinkSync("..data/token", join(granted, "token"));
  symlinkSync("../outside", join(granted, "link"));
  const pipe = spawnSync("mkfifo", [join(granted, "pipe")]).status === 0;
  const [[root, name]] = preopens({ directories: [granted] });
  assert.equal(name, granted);
  const read = (path) => Buffer.from(root.openAt({}, path).read(100n, 0n)[0]).toString();
  assert.equal(read("token"), "the token");
  for (const path of ["link", "../outside", ".", "..data", join(folder, "outside"), ...(pipe ? ["pipe"] : [])]) {
    assert.throws(() => read(path), (error) => ["not-permitted", "no-entry"].includes(error.payload), path);
  }
  assert.throws(() => read("missing"), { payload: "no-entry" });
});
