/** Every name that a program imports from the Azure SDK is in this package, or the README says why it is not. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import ts from "typescript";

import * as identity from "@azure/identity";
import * as secrets from "@azure/keyvault-secrets";
import * as keyfob from "../../dist/index.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const files = {
  keyfob: here("../../dist/index.d.ts"),
  identity: here("../../node_modules/@azure/identity/dist/esm/index.d.ts"),
  secrets: here("../../node_modules/@azure/keyvault-secrets/dist/esm/index.d.ts"),
};

/** The names of values and types that a module exports. */
function exportedNames() {
  const options = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022, skipLibCheck: true };
  const program = ts.createProgram(Object.values(files), options);
  const checker = program.getTypeChecker();
  return Object.fromEntries(
    Object.entries(files).map(([name, file]) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(file));
      return [name, checker.getExportsOfModule(module).map((symbol) => symbol.name)];
    }),
  );
}

/** The names in the first column of the README's table. */
function absentNames() {
  const readme = readFileSync(here("../../README.md"), "utf8");
  const [, section] = readme.match(/^### Names that are not here\n([^]*?)\n##/m);
  const cells = section.split("\n").flatMap((line) => (line.startsWith("|") ? [line.split("|")[1]] : []));
  return [...cells.join().matchAll(/`(\w+)`/g)].map(([, name]) => name);
}

test("values and types of @azure/identity and @azure/keyvault-secrets", () => {
  const { keyfob: ours, identity: identityNames, secrets: secretNames } = exportedNames();
  const absent = absentNames();
  const isListed = (name) => absent.some((listed) => name === listed || (listed.endsWith("Credential") && name.startsWith(listed)));
  assert.ok(identityNames.length > 50 && secretNames.length > 20);
  const missing = [...identityNames, ...secretNames].filter((name) => !ours.includes(name) && !isListed(name));
  assert.deepEqual(missing, []);
  assert.deepEqual(absent.filter((name) => ours.includes(name) || ![...identityNames, ...secretNames].includes(name)), []);
});

test("constants have the values of the Azure SDK", () => {
  const names = ["AzureAuthorityHosts", "AuthenticationErrorName", "AggregateAuthenticationErrorName", "CredentialUnavailableErrorName"];
  for (const name of names) assert.deepEqual(keyfob[name], identity[name]);
  for (const name of ["KnownContentType", "KnownDeletionRecoveryLevel"]) assert.deepEqual(keyfob[name], secrets[name]);
});

test("classes have the methods of the Azure SDK", () => {
  // Methods that the types of the SDK mark as private.
  const own = {
    ClientCertificateCredential: ["buildClientCertificate"],
    ChainedTokenCredential: ["getTokenInternal"],
    ManagedIdentityCredential: ["ensureValidMsalToken"],
    WorkloadIdentityCredential: ["readFileContents"],
  };
  for (const [name, official] of Object.entries({ ...identity, SecretClient: secrets.SecretClient })) {
    if (typeof official !== "function" || official.prototype === undefined || keyfob[name] === undefined) continue;
    const methods = Object.getOwnPropertyNames(official.prototype).filter((method) => typeof keyfob[name].prototype[method] !== "function");
    assert.deepEqual(methods.filter((method) => !(own[name] ?? []).includes(method)), [], name);
  }
});
