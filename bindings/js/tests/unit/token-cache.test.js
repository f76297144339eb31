/** Every credential returns the token that was asked for: for that scope, tenant, capability and claims challenge. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import * as keyfob from "../../dist/index.js";
import { serve } from "./loopback-vault.js";
import { bodyOf, serveHttps } from "./loopback-https.js";

const TENANT = "7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10";
const OTHER_TENANT = "00000000-1111-2222-3333-444444444444";
const CLIENT_ID = "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08";
const OTHER_CLIENT_ID = "1c7d5e90-3b2a-4f68-9d14-8e6a0b5c7f32";
const SCOPES = ["https://vault.azure.net/.default", "https://management.azure.com/.default"];
const CLAIMS = JSON.stringify({ access_token: { nbf: { essential: true, value: "1700000000" } } });
const certificatePath = fileURLToPath(new URL("../../../../tests/certificates/cert-first.pem", import.meta.url));

const base64url = (object) => Buffer.from(JSON.stringify(object)).toString("base64url");
const read = ({ token }) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

/** The tokens that Entra and the identity endpoint issue tell what they were asked for. */
async function serveIdentity(t) {
  const issued = [];
  const reply = (response, facts) => {
    issued.push(facts);
    const token = `${base64url({ alg: "none" })}.${base64url({ ...facts, number: issued.length })}.signature`;
    const expires = { expires_in: 86_400, expires_on: Math.floor(Date.now() / 1000) + 86_400 };
    response.setHeader("content-type", "application/json").end(JSON.stringify({ token_type: "Bearer", access_token: token, ...expires }));
  };
  await serveHttps(t, async (request, response) => {
    const form = new URLSearchParams(await bodyOf(request));
    const claims = JSON.parse(form.get("claims") ?? "{}").access_token ?? {};
    const isChallenge = claims.nbf?.value === "1700000000";
    reply(response, { scope: form.get("scope"), tenant: request.url.split("/")[1], client: form.get("client_id"), cae: claims.xms_cc?.values[0] === "CP1", isChallenge });
  });
  const { url } = await serve(t, (request, response) => {
    const query = new URL(request.url, "http://a").searchParams;
    reply(response, { scope: `${query.get("resource")}/.default`, client: query.get("client_id") });
  });
  return { issued, endpoint: `${url}/msi/token` };
}

/** A credential of each class that gets its tokens from Entra. */
function entraCredentials(folder) {
  const tokenFilePath = join(folder, "token");
  writeFileSync(tokenFilePath, `${base64url({ alg: "RS256" })}.${base64url({ aud: "api://AzureADTokenExchange" })}.c2lnbmF0dXJl`);
  const any = { env: {}, additionallyAllowedTenants: ["*"] };
  const env = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT_ID, AZURE_CLIENT_SECRET: "the secret" };
  const workload = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE: tokenFilePath };
  const secret = () => new keyfob.ClientSecretCredential(TENANT, CLIENT_ID, "the secret", any);
  return {
    ClientSecretCredential: secret(),
    ClientCertificateCredential: new keyfob.ClientCertificateCredential(TENANT, CLIENT_ID, { certificatePath }, any),
    WorkloadIdentityCredential: new keyfob.WorkloadIdentityCredential({ ...any, env: workload }),
    EnvironmentCredential: new keyfob.EnvironmentCredential({ ...any, env }),
    "DefaultAzureCredential with a client secret": new keyfob.DefaultAzureCredential({ ...any, env }),
    "DefaultAzureCredential with workload identity": new keyfob.DefaultAzureCredential({ ...any, env: workload }),
    ChainedTokenCredential: new keyfob.ChainedTokenCredential(new keyfob.EnvironmentCredential({ env: {} }), secret()),
  };
}

/** Every combination of what a token is asked for. */
function requests() {
  const all = [];
  for (const scope of SCOPES) {
    for (const tenantId of [undefined, OTHER_TENANT]) {
      for (const enableCae of [false, true]) all.push({ scope, options: { ...(tenantId && { tenantId }), enableCae } });
    }
  }
  return all;
}

const facts = ({ scope, options }, isChallenge) => ({
  scope,
  tenant: options.tenantId ?? TENANT,
  client: CLIENT_ID,
  cae: options.enableCae,
  isChallenge,
});

test("credentials of Entra: each scope, tenant and capability has its own token, which is kept", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "keyfob-js-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const { issued } = await serveIdentity(t);
  for (const [name, credential] of Object.entries(entraCredentials(folder))) {
    const first = [];
    for (const request of requests()) {
      const token = await credential.getToken(request.scope, request.options);
      const { number, ...seen } = read(token);
      assert.deepEqual(seen, facts(request, false), name);
      first.push(token.token);
    }
    assert.equal(new Set(first).size, 8, name);
    const before = issued.length;
    // In another order, and at the same time.
    const again = await Promise.all(requests().reverse().map(({ scope, options }) => credential.getToken(scope, options)));
    assert.deepEqual(again.reverse().map(({ token }) => token), first, name);
    assert.equal(issued.length, before, name);
    // A claims challenge is never answered from the cache, and its token is for its own scope and tenant.
    for (const [index, request] of requests().entries()) {
      const token = await credential.getToken(request.scope, { ...request.options, claims: CLAIMS });
      const { number, ...seen } = read(token);
      assert.deepEqual([seen, number > before, first.includes(token.token)], [facts(request, true), true, false], `${name}: ${index}`);
    }
  }
});

test("a tenant that is not allowed gets no token, also not one that is kept for another", async (t) => {
  const { issued } = await serveIdentity(t);
  const credential = new keyfob.ClientSecretCredential(TENANT, CLIENT_ID, "the secret", { env: {} });
  await credential.getToken(SCOPES[0]);
  await assert.rejects(credential.getToken(SCOPES[0], { tenantId: OTHER_TENANT }), keyfob.KeyfobError);
  assert.equal(issued.length, 1);
});

test("managed identities: each scope and each identity has its own token, which is kept", async (t) => {
  const { issued, endpoint } = await serveIdentity(t);
  const env = { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: "the-header" };
  const credentials = {
    ManagedIdentityCredential: new keyfob.ManagedIdentityCredential(CLIENT_ID, { env }),
    DefaultAzureCredential: new keyfob.DefaultAzureCredential({ env, managedIdentityClientId: CLIENT_ID }),
    ChainedTokenCredential: new keyfob.ChainedTokenCredential(new keyfob.ManagedIdentityCredential({ clientId: CLIENT_ID, env })),
  };
  const other = new keyfob.ManagedIdentityCredential(OTHER_CLIENT_ID, { env });
  for (const [name, credential] of Object.entries(credentials)) {
    const tokens = [];
    for (const [client, from] of [[CLIENT_ID, credential], [OTHER_CLIENT_ID, other]]) {
      for (const scope of SCOPES) {
        const token = await from.getToken(scope);
        const { number, ...seen } = read(token);
        assert.deepEqual(seen, { scope, client }, name);
        tokens.push(token.token);
      }
    }
    assert.equal(new Set(tokens).size, 4, name);
    const before = issued.length;
    assert.deepEqual((await Promise.all(SCOPES.map((scope) => credential.getToken(scope)))).map(({ token }) => token), tokens.slice(0, 2), name);
    assert.equal(issued.length, before, name);
  }
});

test("two credentials of the same class do not share tokens", async (t) => {
  await serveIdentity(t);
  const ids = [CLIENT_ID, OTHER_CLIENT_ID];
  const credentials = ids.map((id) => new keyfob.ClientSecretCredential(TENANT, id, "the secret", { env: {} }));
  for (let round = 0; round < 2; round += 1) {
    const tokens = await Promise.all(credentials.map((credential) => credential.getToken(SCOPES[0])));
    assert.deepEqual(tokens.map((token) => read(token).client), ids);
  }
});

test("a credential in clients of two clouds, and for another resource, uses the token of each", async (t) => {
  const sent = [];
  await serveHttps(t, async (request, response) => {
    response.setHeader("content-type", "application/json");
    const { host, authorization } = request.headers;
    if (host.startsWith("login.")) {
      const scope = new URLSearchParams(await bodyOf(request)).get("scope");
      return response.end(JSON.stringify({ token_type: "Bearer", expires_in: 86_400, access_token: `for:${scope}` }));
    }
    sent.push([host, authorization]);
    response.end(JSON.stringify({ value: "x", id: `https://${host}/secrets/a/00000000000000000000000000000001`, attributes: {} }));
  });
  const credential = new keyfob.ClientSecretCredential(TENANT, CLIENT_ID, "the secret", { env: {} });
  const hosts = ["my-vault.vault.azure.net", "v.vault.usgovcloudapi.net"];
  const clients = hosts.map((host) => new keyfob.SecretClient(`https://${host}`, credential));
  for (let round = 0; round < 2; round += 1) {
    await credential.getToken(SCOPES[1]);
    for (const client of clients) await client.getSecret("a");
  }
  const expected = hosts.map((host) => [host, `Bearer for:https://${host.split(".").slice(1).join(".")}/.default`]);
  assert.deepEqual(sent, [...expected, ...expected]);
});
