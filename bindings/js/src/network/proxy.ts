import { Agent as HttpAgent, request } from "node:http";
import { Agent } from "node:https";
import { connect, type ConnectionOptions } from "node:tls";

/** Where a request goes, for Node's client. Without an agent it is `https.globalAgent`, which is the program's. */
export interface Route {
  host: string;
  port: number;
  agent?: HttpAgent;
}

/** Plain http is spoken with the platform's own endpoints alone: they are near, and what they say is no proxy's business. */
const PLAIN_HTTP_AGENT = new HttpAgent({ keepAlive: true });

/** The way to an authority: direct, or by the proxy that `HTTPS_PROXY` and `NO_PROXY` name, as in the Azure SDKs. */
export function findRoute(secure: boolean, authority: string, env = process.env): Route {
  const [, hostname = "", digits] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(authority) ?? [];
  if (hostname === "") throw Object.assign(new Error("the authority is none"), { code: "ENOTFOUND" });
  // IPv6 addresses stand in brackets in a URL, and without in Node.
  const host = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  const port = digits === undefined ? (secure ? 443 : 80) : Number(digits);
  if (!secure) return { host, port, agent: PLAIN_HTTP_AGENT };
  const proxy = proxyFor(host, env);
  return proxy === undefined ? { host, port } : { host, port, agent: tunnelAgent(proxy) };
}

/** The proxy for a host, if it has one. */
export function proxyFor(host: string, env: NodeJS.ProcessEnv): URL | undefined {
  const variable = (name: string) => env[name.toLowerCase()] || env[name] || "";
  const exempt = variable("NO_PROXY").split(",").map((entry) => entry.trim().toLowerCase().replace(/^\*?\./, ""));
  const isIn = (domain: string) => domain !== "" && (host === domain || host.endsWith(`.${domain}`));
  if (exempt.some((entry) => entry === "*" || isIn(entry))) return undefined;
  const url = variable("HTTPS_PROXY") || variable("ALL_PROXY");
  if (url === "") return undefined;
  const proxy = URL.canParse(url) ? new URL(url) : undefined;
  if (proxy?.protocol === "http:") return proxy;
  throw Object.assign(new Error("the proxy is no http:// URL"), { code: "ERR_PROXY_URL" });
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === "") return {};
  const userinfo = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(userinfo).toString("base64")}` };
}

const tunnelAgents = new Map<string, Agent>();

/** The agent that reaches everything through this proxy. It keeps its connections, so there is one. */
function tunnelAgent(proxy: URL): Agent {
  const known = tunnelAgents.get(proxy.href);
  if (known !== undefined) return known;
  const agent = new TunnelAgent(proxy);
  tunnelAgents.set(proxy.href, agent);
  return agent;
}

class TunnelAgent extends Agent {
  readonly #proxy: URL;

  constructor(proxy: URL) {
    super({ keepAlive: true });
    this.#proxy = proxy;
  }

  createConnection(options: ConnectionOptions, done: (error: Error | null, socket?: unknown) => void): undefined {
    const host = options.host ?? "";
    const target = `${host.includes(":") ? `[${host}]` : host}:${options.port}`;
    const connectRequest = request({
      method: "CONNECT",
      host: this.#proxy.hostname,
      port: Number(this.#proxy.port || 80),
      path: target,
      headers: { host: target, ...proxyAuthorization(this.#proxy) },
      agent: false,
    });
    connectRequest.once("error", done);
    connectRequest.once("connect", (response, socket) => {
      if (response.statusCode === 200) return done(null, connect({ ...options, socket, servername: host }));
      socket.destroy();
      done(Object.assign(new Error("the proxy refuses"), { code: "ERR_PROXY_REFUSED" }));
    });
    connectRequest.end();
  }
}
