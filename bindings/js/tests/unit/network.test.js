/** The HTTP client: the timeout for connecting, IPv6, proxies and error codes. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createTcpServer } from "node:net";
import { test } from "node:test";

import { toWasiErrorCode } from "../../dist/network/error-codes.js";
import { HttpClient } from "../../dist/network/http-client.js";
import { proxyFor, findRoute } from "../../dist/network/proxy.js";
import { respond, client, serve } from "./loopback-vault.js";

/** The first event of a request. */
function firstEvent(request) {
  return new Promise((resolve) => {
    const defaults = { type: "send", id: 1, method: "GET", path: "/", headers: [], body: [], connectTimeoutMs: undefined };
    new HttpClient(resolve).handle({ ...defaults, ...request });
  });
}

test("a server that does not complete the TLS handshake is a connection timeout", async (t) => {
  const server = createTcpServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const authority = `127.0.0.1:${server.address().port}`;
  const event = await firstEvent({ secure: true, authority, connectTimeoutMs: 50 });
  assert.deepEqual(event.error, { tag: "connection-timeout" });
});

test("the timeout for connecting does not limit the response", async (t) => {
  const { port } = await serve(t, (_, response) => setTimeout(() => response.end(), 100));
  const event = await firstEvent({ secure: false, authority: `127.0.0.1:${port}`, connectTimeoutMs: 50 });
  assert.equal(event.response.status, 200);
});

test("a server that switches to another protocol is a broken connection", async (t) => {
  const raw = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nabc"));
  }).listen(0, "127.0.0.1");
  await once(raw, "listening");
  t.after(() => raw.close());
  const event = await firstEvent({ secure: false, authority: `127.0.0.1:${raw.address().port}` });
  assert.deepEqual(event.error, { tag: "connection-terminated" });
});

test("a vault with an IPv6 address", async (t) => {
  const served = await serve(t, respond, "::1").catch((error) => error);
  if (served.code === "EADDRNOTAVAIL" || served.code === "EAFNOSUPPORT") return t.skip("this machine has no IPv6");
  assert.equal((await client(served.url).getSecret("a")).value, "a");
});

test("findRoute: host, port and agent of an authority", () => {
  assert.deepEqual(findRoute(true, "a.b", {}), { host: "a.b", port: 443 });
  assert.deepEqual(findRoute(true, "[fe80::1]:81", {}), { host: "fe80::1", port: 81 });
  // Plain http never goes through a proxy.
  const { agent: plainHttp, ...direct } = findRoute(false, "169.254.169.254", { HTTP_PROXY: "http://p", HTTPS_PROXY: "http://p", ALL_PROXY: "http://p" });
  assert.deepEqual(direct, { host: "169.254.169.254", port: 80 });
  assert.equal(plainHttp, findRoute(false, "a.b", {}).agent);
  // One agent for each proxy, so that its connections are reused.
  const { agent } = findRoute(true, "a.b", { https_proxy: "http://p" });
  assert.ok(agent !== undefined && agent !== plainHttp && agent === findRoute(true, "c.d", { https_proxy: "http://p" }).agent);
  for (const authority of ["", "a:b", "a:1:2", "[::1"]) assert.throws(() => findRoute(true, authority, {}), { code: "ENOTFOUND" });
});

test("proxyFor: HTTPS_PROXY and NO_PROXY", () => {
  const env = { HTTPS_PROXY: "http://p:1", NO_PROXY: "localhost, .internal,*.example.com,10.0.0.1" };
  const proxied = (host, more) => proxyFor(host, { ...env, ...more }) !== undefined;
  for (const host of ["my-vault.vault.azure.net", "localhost.example.org", "xinternal"]) assert.ok(proxied(host), host);
  for (const host of ["localhost", "a.internal", "a.example.com", "10.0.0.1"]) assert.ok(!proxied(host), host);
  assert.ok(!proxied("a.b", { NO_PROXY: "*" }));
  assert.throws(() => proxyFor("a.b", { HTTPS_PROXY: "socks5://p:1" }), { code: "ERR_PROXY_URL" });
});

test("a proxy gets the credentials of its URL, and may refuse", async (t) => {
  const { server, url } = await serve(t, respond);
  server.on("connect", ({ method, url, headers }, socket) => {
    assert.deepEqual([method, url, headers["proxy-authorization"]], ["CONNECT", "my-vault.vault.azure.net:443", "Basic bWU6bXkgc2VsZg=="]);
    socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
  });
  process.env.HTTPS_PROXY = url.replace("//", "//me:my%20self@");
  t.after(() => delete process.env.HTTPS_PROXY);
  const event = await firstEvent({ secure: true, authority: "my-vault.vault.azure.net" });
  assert.deepEqual(event.error, { tag: "internal-error", val: "ERR_PROXY_REFUSED" });
});

test("toWasiErrorCode: the WASI error codes of Node's", () => {
  const table = {
    ENOTFOUND: "DNS-error",
    ECONNREFUSED: "connection-refused",
    ECONNRESET: "connection-terminated",
    DEPTH_ZERO_SELF_SIGNED_CERT: "TLS-certificate-error",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "TLS-certificate-error",
    CERT_HAS_EXPIRED: "TLS-certificate-error",
    ERR_TLS_CERT_ALTNAME_INVALID: "TLS-certificate-error",
    ERR_SSL_WRONG_VERSION_NUMBER: "TLS-protocol-error",
    HPE_INVALID_CONSTANT: "HTTP-protocol-error",
    E_ANYTHING: "internal-error",
  };
  for (const [code, tag] of Object.entries(table)) assert.equal(toWasiErrorCode({ code }).tag, tag, code);
});
