/** Which token of the program's own credential goes to which host. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { SecretClient } from "../../dist/index.js";
import { respond } from "./loopback-vault.js";
import { serveHttps } from "./loopback-https.js";

const VAULT_SCOPE = "https://vault.azure.net/.default";
const TENANT = "7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10";

/** A credential whose tokens tell what they were asked for. */
function recordingCredential(asked = []) {
  const getToken = async (scope, { tenantId, claims } = {}) => {
    asked.push({ scope, ...(tenantId && { tenantId }), ...(claims && { claims }) });
    return { token: [scope, tenantId, claims && "claims"].filter(Boolean).join("|"), expiresOnTimestamp: Date.now() + 3_600_000 };
  };
  return { getToken, asked };
}

const challenge = (resource, tenant = TENANT) => `Bearer authorization="https://login.microsoftonline.com/${tenant}", resource="${resource}"`;

/** A vault that requires one of the tokens, and sends the challenge to a request with another one or with none. */
function vault(sent, challengeOf, accepted) {
  return (request, response) => {
    const token = request.headers.authorization?.replace("Bearer ", "");
    sent.push([request.headers.host, token]);
    if (accepted.includes(token)) return respond(request, response);
    response.writeHead(401, { "www-authenticate": challengeOf(request.headers.host, sent.length, token) }).end();
  };
}

test("a host in no known cloud gets a token for its own resource, and never one for Key Vault", async (t) => {
  const [sent, own] = [[], `https://evil.test/.default|${TENANT}`];
  await serveHttps(t, vault(sent, () => challenge("https://evil.test"), [own]));
  const { asked, ...credential } = recordingCredential();
  const client = new SecretClient("https://kv.evil.test", credential);
  assert.equal((await client.getSecret("a")).value, "a");
  assert.equal((await client.getSecret("b")).value, "b");
  assert.deepEqual(asked, [{ scope: "https://evil.test/.default", tenantId: TENANT }]);
  assert.deepEqual(sent.filter(([, token]) => token !== undefined), [["kv.evil.test", own], ["kv.evil.test", own]]);
});

test("the same for several secrets, a list and a change", async (t) => {
  const [sent, own] = [[], `https://evil.test/.default|${TENANT}`];
  await serveHttps(t, (request, response) => {
    if (request.headers.authorization === `Bearer ${own}` && /^\/secrets\?/.test(request.url)) {
      sent.push([request.headers.host, own]);
      const value = [{ id: "https://kv.evil.test/secrets/a", attributes: {} }];
      return response.setHeader("content-type", "application/json").end(JSON.stringify({ value, nextLink: null }));
    }
    return vault(sent, () => challenge("https://evil.test"), [own])(request, response);
  });
  const calls = [
    async (client) => (await client.getSecrets(["a", "b"])).map(({ value }) => value.value).join(),
    async (client) => (await client.listPropertiesOfSecrets().next()).value.name,
    async (client) => (await client.setSecret("a", "x")).name,
  ];
  for (const [index, expected] of ["a,b", "a", "a"].entries()) {
    const { asked, ...credential } = recordingCredential();
    assert.equal(await calls[index](new SecretClient("https://kv.evil.test", credential)), expected);
    assert.deepEqual(asked, [{ scope: "https://evil.test/.default", tenantId: TENANT }]);
  }
  assert.deepEqual(new Set(sent.map(([, token]) => token)), new Set([undefined, own]));
});

test("a challenge for the resource of another domain: the credential is not asked", async (t) => {
  for (const resource of ["https://vault.azure.net", "https://graph.microsoft.com", "https://kv.evil.test", "https://xevil.test", "http://evil.test", "https://evil.test@vault.azure.net"]) {
    const sent = [];
    await serveHttps(t, vault(sent, () => challenge(resource), []));
    const { asked, ...credential } = recordingCredential();
    await assert.rejects(new SecretClient("https://kv.evil.test", credential).getSecret("a"), { kind: "unexpected-reply" }, resource);
    assert.deepEqual([asked, sent], [[], [["kv.evil.test", undefined]]], resource);
  }
});

test("a host that asks for its own resource first and for Key Vault's later gets no token for that", async (t) => {
  const sent = [];
  const challengeOf = (_, count) => challenge(count === 1 ? "https://evil.test" : "https://vault.azure.net");
  await serveHttps(t, vault(sent, challengeOf, []));
  const { asked, ...credential } = recordingCredential();
  const client = new SecretClient("https://kv.evil.test", credential);
  for (let call = 0; call < 3; call += 1) await assert.rejects(client.getSecret("a"), /./);
  assert.deepEqual(new Set(asked.map(({ scope }) => scope)), new Set(["https://evil.test/.default"]));
  assert.ok(!sent.some(([, token]) => token?.includes("vault.azure.net")));
});

test("a vault of a known cloud gets tokens for that cloud only, with the tenant and the claims of its challenges", async (t) => {
  const sent = [];
  const claims = { access_token: { nbf: { essential: true } } };
  const encoded = Buffer.from(JSON.stringify(claims)).toString("base64");
  const challengeOf = (_host, _count, token) =>
    token === VAULT_SCOPE
      ? challenge("https://vault.azure.net", "other-tenant")
      : `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common", error="insufficient_claims", claims="${encoded}"`;
  await serveHttps(t, vault(sent, challengeOf, [`${VAULT_SCOPE}|other-tenant|claims`]));
  const { asked, ...credential } = recordingCredential();
  const client = new SecretClient("https://my-vault.vault.azure.net", credential);
  assert.equal((await client.getSecret("a")).value, "a");
  assert.deepEqual(asked.map(({ claims, ...rest }) => ({ ...rest, ...(claims && { claims: JSON.parse(claims) }) })), [
    { scope: VAULT_SCOPE },
    { scope: VAULT_SCOPE, tenantId: "other-tenant" },
    { scope: VAULT_SCOPE, tenantId: "other-tenant", claims },
  ]);
  // The next call uses the token that was accepted.
  assert.equal((await client.getSecret("b")).value, "b");
  assert.equal(asked.length, 3);
});

test("a challenge of a known cloud that names the scope in another form is followed to its tenant", async (t) => {
  const sent = [];
  const header = `Bearer authorization="https://login.microsoftonline.com/${TENANT}", scope="https://vault.azure.net"`;
  await serveHttps(t, vault(sent, () => header, [`${VAULT_SCOPE}|${TENANT}`]));
  const { asked, ...credential } = recordingCredential();
  assert.equal((await new SecretClient("https://my-vault.vault.azure.net", credential).getSecret("a")).value, "a");
  assert.deepEqual(asked, [{ scope: VAULT_SCOPE }, { scope: VAULT_SCOPE, tenantId: TENANT }]);
});

test("a vault of a known cloud with a challenge for another resource: no other token is requested", async (t) => {
  const sent = [];
  await serveHttps(t, vault(sent, () => challenge("https://evil.test"), []));
  const { asked, ...credential } = recordingCredential();
  await assert.rejects(new SecretClient("https://my-vault.vault.azure.net", credential).getSecret("a"), { kind: "unexpected-reply" });
  assert.deepEqual(asked, [{ scope: VAULT_SCOPE }]);
});

test("clients of different vaults that share a credential use the token of their own vault each", async (t) => {
  const sent = [];
  const domain = (host) => host.split(".").slice(1).join(".");
  const hosts = ["my-vault.vault.azure.net", "v.vault.usgovcloudapi.net", "kv.one.test", "kv.two.test"];
  const tokens = hosts.map((host) => `https://${domain(host)}/.default`);
  await serveHttps(t, (request, response) => {
    const own = `https://${domain(request.headers.host)}/.default`;
    return vault(sent, (host) => challenge(`https://${domain(host)}`), [own, `${own}|${TENANT}`])(request, response);
  });
  const { asked, ...credential } = recordingCredential();
  const clients = hosts.map((host) => new SecretClient(`https://${host}`, credential));
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(clients.map(async (client) => assert.equal((await client.getSecret("a")).value, "a")));
  }
  assert.deepEqual(asked.map(({ scope }) => scope).sort(), tokens.toSorted());
  for (const [host, token] of sent) assert.ok(token === undefined || token.startsWith(`https://${domain(host)}/`), `${host}: ${token}`);
});

test("without verification of the challenge, the credential is asked for the resource that the host names", async (t) => {
  const [sent, named] = [[], `https://emulator.test/.default|${TENANT}`];
  await serveHttps(t, vault(sent, () => challenge("https://emulator.test"), [named]));
  const { asked, ...credential } = recordingCredential();
  const client = new SecretClient("https://localhost.test", credential, { disableChallengeResourceVerification: true });
  assert.equal((await client.getSecret("a")).value, "a");
  assert.deepEqual(asked, [{ scope: "https://emulator.test/.default", tenantId: TENANT }]);
});

test("a credential that returns a token for another resource than it was asked for: the token is not sent", async (t) => {
  const sent = [];
  await serveHttps(t, vault(sent, () => challenge("https://evil.test"), []));
  const part = (object) => Buffer.from(JSON.stringify(object)).toString("base64url");
  const token = `${part({ alg: "none" })}.${part({ aud: "https://vault.azure.net" })}.signature`;
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  await assert.rejects(new SecretClient("https://kv.evil.test", credential).getSecret("a"), { name: "AuthenticationError" });
  assert.deepEqual(new Set(sent.map(([, token]) => token)), new Set([undefined]));
});
