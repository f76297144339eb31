import { Agent as HttpAgent, request } from "node:http";
import { Agent } from "node:https";
import { connect, type ConnectionOptions } from "node:tls";

/** The connection options of a request. Without an agent, Node uses the program's `https.globalAgent`. */
export interface Route {
  host: string;
  port: number;
  agent?: HttpAgent;
}

/** Plain http is only for the platform's own endpoints. Their requests carry secrets that a proxy must not see. */
const PLAIN_HTTP_AGENT = new HttpAgent({ keepAlive: true });

/** The route to an authority: direct, or through the proxy of `HTTPS_PROXY` and `NO_PROXY`, as in the Azure SDK. */
export function findRoute(secure: boolean, authority: string, env = process.env): Route {
  const [, hostname = "", digits] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(authority) ?? [];
  if (hostname === "") throw Object.assign(new Error("the authority of the URL is invalid"), { code: "ENOTFOUND" });
  // A URL has an IPv6 address in brackets; Node expects it without.
  const host = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  const port = digits === undefined ? (secure ? 443 : 80) : Number(digits);
  if (!secure) return { host, port, agent: PLAIN_HTTP_AGENT };
  const proxy = proxyFor(host, env);
  return proxy === undefined ? { host, port } : { host, port, agent: tunnelAgent(proxy) };
}

/** The proxy for https requests to a host, or undefined for a direct connection. Throws for a proxy that is not `http://`. */
export function proxyFor(host: string, env: NodeJS.ProcessEnv): URL | undefined {
  const variable = (name: string) => env[name.toLowerCase()] || env[name] || "";
  const noProxy = variable("NO_PROXY").split(",").map((entry) => entry.trim().toLowerCase().replace(/^\*?\./, ""));
  const matches = (domain: string) => domain !== "" && (host === domain || host.endsWith(`.${domain}`));
  if (noProxy.some((entry) => entry === "*" || matches(entry))) return undefined;
  const url = variable("HTTPS_PROXY") || variable("ALL_PROXY");
  if (url === "") return undefined;
  const proxy = URL.canParse(url) ? new URL(url) : undefined;
  if (proxy?.protocol === "http:") return proxy;
  throw Object.assign(new Error("the proxy is not an http:// URL"), { code: "ERR_PROXY_URL" });
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === "") return {};
  const userinfo = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(userinfo).toString("base64")}` };
}

/** The options of a connection through a proxy. */
interface TunnelOptions extends ConnectionOptions {
  /** Ends the attempt: the time for connecting is over, or the request was cancelled. */
  connectLimit?: AbortSignal;
}

const tunnelAgents = new Map<string, Agent>();

/** The agent for this proxy. There is one for each proxy, so that its connections are reused. */
function tunnelAgent(proxy: URL): Agent {
  const known = tunnelAgents.get(proxy.href);
  if (known !== undefined) return known;
  const agent = new TunnelAgent(proxy);
  tunnelAgents.set(proxy.href, agent);
  return agent;
}

/** Opens TLS connections through an HTTP proxy with `CONNECT`. Node 20 has no agent that does. */
class TunnelAgent extends Agent {
  readonly #proxy: URL;

  constructor(proxy: URL) {
    super({ keepAlive: true });
    this.#proxy = proxy;
  }

  createConnection(options: TunnelOptions, done: (error: Error | null, socket?: unknown) => void): undefined {
    const { connectLimit, ...tlsOptions } = options;
    const host = options.host ?? "";
    const target = `${host.includes(":") ? `[${host}]` : host}:${options.port}`;
    const connectRequest = request({
      method: "CONNECT",
      host: this.#proxy.hostname,
      port: Number(this.#proxy.port || 80),
      path: target,
      headers: { host: target, ...proxyAuthorization(this.#proxy) },
      agent: false,
      ...(connectLimit !== undefined && { signal: connectLimit }),
    });
    connectRequest.on("error", (error) => done(connectLimit?.aborted ? connectLimit.reason : error));
    connectRequest.once("connect", (response, socket) => {
      if (response.statusCode === 200) return done(null, connect({ ...tlsOptions, socket, servername: host }));
      socket.destroy();
      done(Object.assign(new Error("the proxy refused the CONNECT request"), { code: "ERR_PROXY_REFUSED" }));
    });
    connectRequest.end();
  }
}
