/** A vault on loopback, served by the process of the test. It can only respond because calls do not block the event loop. */

import { once } from "node:events";
import { createServer } from "node:http";

import { SecretClient } from "../../dist/index.js";

/** An external credential whose token the loopback vault accepts. */
export const credential = {
  getToken: async () => ({ token: "the.token.here", expiresOnTimestamp: Date.now() + 3_600_000 }),
};

/** Starts an HTTP server with a handler of `node:http`; closes it when the test ends. */
export async function serve(t, handler, host = "127.0.0.1") {
  const server = createServer(handler).listen(0, host);
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address();
  return { server, port, url: `http://${host.includes(":") ? `[${host}]` : host}:${port}` };
}

/** A client for a loopback vault. */
export function client(url, options) {
  process.env.KEYFOB_ALLOW_LOOPBACK_HTTP = "1";
  return new SecretClient(url, credential, options);
}

/** The response body for a secret. */
export function secretBody(url, name, value) {
  return JSON.stringify({ value, id: `${url}/secrets/${name}/00000000000000000000000000000001`, attributes: { enabled: true } });
}

/** Responds with the requested secret; its value is its name. */
export function respond(request, response) {
  const name = request.url.split(/[/?]/)[2];
  response.setHeader("content-type", "application/json").end(secretBody(`http://${request.headers.host}`, name, name));
}
