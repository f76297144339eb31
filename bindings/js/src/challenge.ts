/** The challenges that a vault sends to the program's own credential. */

import type { ReceivedChallenge } from "./protocol.js";

/** What a token is requested for. */
export interface TokenTarget {
  scope: string;
  /** Another tenant than the credential's own, if the vault named one. */
  tenantId?: string;
}

/** What a `WWW-Authenticate` header asks for. */
interface ChallengeHeader {
  target?: TokenTarget;
  /** The claims of a claims challenge (continuous access evaluation), as JSON. */
  claims?: string;
}

/** Parses `Bearer authorization="https://login.…/TENANT", resource="https://vault.…"`, by the rules of the component's parser. */
export function parseChallenge(header: string): ChallengeHeader {
  const [, scheme = "", rest = ""] = /^\s*(\S+) (.*)$/s.exec(header) ?? [];
  if (scheme.toLowerCase() !== "bearer") return {};
  const parameters = rest.split(",").flatMap((parameter): [string, string][] => {
    const equals = parameter.indexOf("=");
    if (equals === -1) return [];
    const value = parameter.slice(equals + 1).trim();
    return [[parameter.slice(0, equals).trim().toLowerCase(), value.replace(/^"/, "").replace(/"+$/, "")]];
  });
  const find = (wanted: string) => parameters.find(([name]) => name === wanted)?.[1];
  const claims = decodeClaims(find("claims"));
  if (claims !== undefined) return { claims };
  const target = toTarget(find("authorization_uri") ?? find("authorization"), find("scope"), find("resource"));
  return target === undefined ? {} : { target };
}

function decodeClaims(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(encoded, "base64url"));
    const claims: unknown = JSON.parse(text);
    return typeof claims === "object" && claims !== null && !Array.isArray(claims) ? text : undefined;
  } catch {
    return undefined;
  }
}

function toTarget(authorization: string | undefined, scope: string | undefined, resource: string | undefined): TokenTarget | undefined {
  const wanted = scope ?? (resource === undefined ? undefined : `${resource}/.default`);
  if (wanted === undefined || !/^[\x21-\x7e]{1,512}$/.test(wanted)) return undefined;
  if (authorization === undefined || !URL.canParse(authorization)) return undefined;
  const { protocol, pathname } = new URL(authorization);
  const tenant = pathname.split("/").find((segment) => segment !== "");
  if (protocol !== "https:" || tenant === undefined || !/^[0-9A-Za-z.-]{1,255}$/.test(tenant)) return undefined;
  return tenant.toLowerCase() === "adfs" ? { scope: wanted } : { scope: wanted, tenantId: tenant };
}

/** The scope without its `/.default`. */
export function toResource({ scope }: TokenTarget): string {
  return scope.replace(/\/\.default$/, "");
}

/**
 * Whether the host that sent a challenge may get a token for its scope: it must be in the domain of the scope's resource. The
 * component has verified the challenge too; this check protects the token that the program's credential returns.
 */
export function isOwnResource({ scope }: TokenTarget, { authority }: ReceivedChallenge): boolean {
  const resource = URL.canParse(scope) ? new URL(scope) : undefined;
  const host = URL.canParse(`https://${authority}`) ? new URL(`https://${authority}`).hostname : "";
  if (resource === undefined || resource.protocol !== "https:" || resource.hostname === "") return false;
  if (resource.port !== "" || resource.username !== "" || resource.password !== "") return false;
  return host.length > resource.hostname.length + 1 && host.endsWith(`.${resource.hostname}`);
}
