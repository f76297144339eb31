/** A vault of the test's own on loopback, in the same process: it can only answer because the event loop stays free. */

import { once } from "node:events";
import { createServer } from "node:http";

import { SecretClient } from "../../dist/index.js";

/** Somebody's credential; its token is good here. */
export const credential = {
  getToken: async () => ({ token: "the.token.here", expiresOnTimestamp: Date.now() + 3_600_000 }),
};

/** Serves until the test ends. The handler is that of `node:http`. */
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

/** A client of such a vault. */
export function client(url, options) {
  process.env.KEYFOB_ALLOW_LOOPBACK_HTTP = "1";
  return new SecretClient(url, credential, options);
}

/** What a vault answers for a secret. */
export function secretBody(url, name, value) {
  return JSON.stringify({ value, id: `${url}/secrets/${name}/00000000000000000000000000000001`, attributes: { enabled: true } });
}

/** Answers with the secret that is asked for, whose value is its name. */
export function respond(request, response) {
  const name = request.url.split(/[/?]/)[2];
  response.setHeader("content-type", "application/json").end(secretBody(`http://${request.headers.host}`, name, name));
}
