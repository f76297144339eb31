import { HttpClient } from "./network/http-client.js";
import type { HostEvent, ReceivedChallenge } from "./protocol.js";

/** The version of the vault's API is that of the component's requests; the response to a request without a token does not depend on it. */
const PATH = "/secrets?api-version=7.4";

/**
 * The challenge of a vault to a request without a token. Credentials that are written for the Azure SDK may need the tenant that it
 * names. `undefined` if there is no challenge: then the credential's own error tells more.
 */
export async function probeChallenge(vaultUrl: string, connectTimeoutMs: number): Promise<ReceivedChallenge | undefined> {
  const url = URL.canParse(vaultUrl) ? new URL(vaultUrl) : undefined;
  if (url?.protocol !== "https:") return undefined;
  let settle: (event: HostEvent) => void = () => {};
  const answered = new Promise<HostEvent>((resolve) => (settle = resolve));
  const http = new HttpClient((event) => settle(event));
  http.handle({ type: "send", id: 1, method: "GET", secure: true, authority: url.host, path: PATH, headers: [], body: [], connectTimeoutMs });
  const event = await answered;
  http.close();
  if (!("response" in event) || event.response.status !== 401) return undefined;
  const values = event.response.headers.filter(([name]) => name.toLowerCase() === "www-authenticate");
  const headers = values.map(([, value]) => Buffer.from(value).toString("latin1"));
  return headers.length > 0 ? { authority: url.host, headers } : undefined;
}
