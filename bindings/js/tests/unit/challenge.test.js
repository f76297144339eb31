/** The challenges of a vault, read as the component reads them (`src/key_vault/challenge.rs`). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isOwnResource, isSameResource, parseChallenges } from "../../dist/challenge.js";

const FULL = 'Bearer authorization="https://login.microsoftonline.com/t-1", resource="https://vault.azure.net"';
const TARGET = { scope: "https://vault.azure.net/.default", tenantId: "t-1" };

test("every form that vaults send, alone and among others", () => {
  for (const header of [
    FULL,
    FULL.replace('resource="https://vault.azure.net"', 'scope="https://vault.azure.net/.default"'),
    "bearer authorization_uri=https://login.microsoftonline.com/t-1/oauth2, resource=https://vault.azure.net",
    `PoP nonce="a, Bearer b=c", ${FULL}`,
    `Negotiate, ${FULL}`,
    `Negotiate YWJj==,,${FULL}`,
    `Bearer, ${FULL}`,
    `Bearer realm="", ${FULL}`,
    `Bearer error = "a \\"quoted\\", text" ,\tBEARER ${FULL.slice("Bearer ".length)}`,
    `${FULL}, PoP nonce=x`,
    `${FULL}, Bearer authorization="https://evil.example/t-2", resource="https://evil.example"`,
  ]) {
    assert.deepEqual(parseChallenges([header]), { target: TARGET }, header);
  }
  const adfs = 'Bearer authorization="https://adfs.local.example/adfs", resource="https://vault.adfs.local.example/guid"';
  assert.deepEqual(parseChallenges([adfs]), { target: { scope: "https://vault.adfs.local.example/guid/.default" } });
  const headers = ["Negotiate", 'Bearer realm="not closed', 'Bearer claims="eyJhIjoxfQ=="', FULL];
  assert.deepEqual(parseChallenges(headers), { target: TARGET, claims: '{"a":1}' });
});

test("headers that are no challenge", () => {
  for (const header of [
    "",
    ",",
    "Bearer",
    "Basic realm=x",
    'Bearer resource="https://vault.azure.net"',
    'Bearer authorization="https://login.microsoftonline.com/t"',
    'Bearer authorization="http://login.microsoftonline.com/t", resource="https://vault.azure.net"',
    'Bearer authorization="https://login.microsoftonline.com/t%2f", resource="https://vault.azure.net"',
    'Bearer authorization="https://login.microsoftonline.com/", resource="https://vault.azure.net"',
    FULL.replace(", resource", ", PoP resource"),
    'Bearer claims="bm8gSlNPTg=="',
    `Bearer ${'"'.repeat(20_000)}`,
    `Bearer ${'\\'.repeat(20_000)}`,
    `${"a=,".repeat(20_000)}`,
  ]) {
    assert.deepEqual(parseChallenges([header]), {}, header.slice(0, 80));
  }
});

test("which resource a host may name", () => {
  const own = (resource, authority) => isOwnResource({ scope: `${resource}/.default` }, { authority, headers: [] });
  assert.ok(own("https://vault.example", "a.vault.example") && own("https://VAULT.example:443", "a.vault.example"));
  for (const [resource, host] of [
    ["https://vault.example", "vault.example"],
    ["https://vault.example", "xvault.example"],
    ["https://vault.example", "a.vault.example.evil"],
    ["https://graph.microsoft.com", "a.vault.example"],
    ["http://vault.example", "a.vault.example"],
    ["https://vault.example:8443", "a.vault.example"],
    ["vault.example", "a.vault.example"],
    ["https://vault.example@evil", "a.vault.example"],
  ]) {
    assert.ok(!own(resource, host), `${resource} ${host}`);
  }
  const same = (scope) => isSameResource({ scope }, TARGET);
  for (const scope of ["https://vault.azure.net", "https://VAULT.azure.net/", "https://vault.azure.net:443/.default", "https://vault.azure.net//.default"]) assert.ok(same(scope), scope);
  for (const scope of ["http://vault.azure.net", "https://vault.azure.net/a/.default", "https://vault.azure.net:8443", "https://a.vault.azure.net", "https://me@vault.azure.net", "vault.azure.net"]) assert.ok(!same(scope), scope);
});
