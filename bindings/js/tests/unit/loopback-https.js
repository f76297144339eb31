/** Every https host on loopback, in the process of the test. Nothing leaves the machine. */

import { once } from "node:events";
import { readFileSync } from "node:fs";
import https, { Agent, createServer } from "node:https";

const pem = readFileSync(new URL("../../../../tests/certificates/cert-first.pem", import.meta.url));

/** Serves all https hosts until the test ends. The handler tells them apart by `request.headers.host`. */
export async function serveHttps(t, handler) {
  const server = createServer({ key: pem, cert: pem }, handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  const before = https.globalAgent;
  // The agent's options take precedence over those of the request.
  https.globalAgent = new Agent({ host: "127.0.0.1", port: server.address().port, rejectUnauthorized: false });
  t.after(() => {
    https.globalAgent = before;
    server.closeAllConnections();
    server.close();
  });
}

/** The body of a request. */
export async function bodyOf(request) {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}
