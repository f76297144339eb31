import { request, type Agent as HttpAgent } from "node:http";
import { Agent } from "node:https";
import { connect, type ConnectionOptions } from "node:tls";

/** Where a request goes, for Node's client. */
export interface Route {
  host: string;
  port: number;
  path: string;
  headers: Record<string, string>;
  agent?: HttpAgent;
}

/** The way to an authority: direct, or by the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, as in the Azure SDKs. */
export function route(secure: boolean, authority: string, path: string, env = process.env): Route {
  const [, name = "", digits] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(authority) ?? [];
  if (name === "") throw Object.assign(new Error("the authority is none"), { code: "ENOTFOUND" });
  // IPv6 addresses stand in brackets in a URL, and without in Node.
  const host = name.startsWith("[") ? name.slice(1, -1) : name;
  const port = digits === undefined ? (secure ? 443 : 80) : Number(digits);
  const direct = { host, port, path, headers: {} };
  const proxy = proxyFor(secure, host, env);
  if (proxy === undefined) return direct;
  if (secure) return { ...direct, agent: tunnel(proxy) };
  const headers = { host: authority, ...authorization(proxy) };
  return { host: proxy.hostname, port: Number(proxy.port || 80), path: `http://${authority}${path}`, headers };
}

/** The proxy for a host, if it has one. */
export function proxyFor(secure: boolean, host: string, env: NodeJS.ProcessEnv): URL | undefined {
  const variable = (name: string) => env[name.toLowerCase()] || env[name] || "";
  const exempt = variable("NO_PROXY").split(",").map((entry) => entry.trim().toLowerCase().replace(/^\*?\./, ""));
  const inside = (domain: string) => domain !== "" && (host === domain || host.endsWith(`.${domain}`));
  if (exempt.some((entry) => entry === "*" || inside(entry))) return undefined;
  const url = variable(secure ? "HTTPS_PROXY" : "HTTP_PROXY") || variable("ALL_PROXY");
  if (url === "") return undefined;
  const proxy = URL.canParse(url) ? new URL(url) : undefined;
  if (proxy?.protocol === "http:") return proxy;
  throw Object.assign(new Error("the proxy is no http:// URL"), { code: "ERR_PROXY_URL" });
}

function authorization(proxy: URL): Record<string, string> {
  if (proxy.username === "") return {};
  const words = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(words).toString("base64")}` };
}

const tunnels = new Map<string, Agent>();

/** The agent that reaches everything through this proxy. It keeps its connections, so there is one. */
function tunnel(proxy: URL): Agent {
  const known = tunnels.get(proxy.href);
  if (known !== undefined) return known;
  const agent = new Tunnel(proxy);
  tunnels.set(proxy.href, agent);
  return agent;
}

class Tunnel extends Agent {
  readonly #proxy: URL;

  constructor(proxy: URL) {
    super({ keepAlive: true });
    this.#proxy = proxy;
  }

  createConnection(options: ConnectionOptions, done: (error: Error | null, socket?: unknown) => void): undefined {
    const host = options.host ?? "";
    const target = `${host.includes(":") ? `[${host}]` : host}:${options.port}`;
    const asked = request({
      method: "CONNECT",
      host: this.#proxy.hostname,
      port: Number(this.#proxy.port || 80),
      path: target,
      headers: { host: target, ...authorization(this.#proxy) },
      agent: false,
    });
    asked.once("error", done);
    asked.once("connect", (response, socket) => {
      if (response.statusCode === 200) return done(null, connect({ ...options, socket, servername: host }));
      socket.destroy();
      done(Object.assign(new Error("the proxy refuses"), { code: "ERR_PROXY_REFUSED" }));
    });
    asked.end();
  }
}
