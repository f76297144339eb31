/** The challenges that a vault sends to the program's own credential. */

import type { ReceivedChallenge } from "./protocol.js";

/** What a token is requested for. */
export interface TokenTarget {
  scope: string;
  /** Another tenant than the credential's own, if the vault named one. */
  tenantId?: string;
}

/** What the `WWW-Authenticate` headers of a response ask for. */
interface Challenges {
  target?: TokenTarget;
  /** The claims of a claims challenge (continuous access evaluation), as JSON. */
  claims?: string;
}

/** Reads the Bearer challenges of all headers by the rules of the component: the first target, and the first claims. */
export function parseChallenges(headers: string[]): Challenges {
  const challenges: Challenges = {};
  for (const parameters of headers.flatMap(bearerChallenges)) {
    const find = (wanted: string) => parameters.find(([name]) => name === wanted)?.[1];
    const target = toTarget(find("authorization_uri") ?? find("authorization"), find("scope"), find("resource"));
    const claims = decodeClaims(find("claims"));
    if (target !== undefined) challenges.target ??= target;
    if (claims !== undefined) challenges.claims ??= claims;
  }
  return challenges;
}

type Parameters = [name: string, value: string][];

/**
 * The parameters of each Bearer challenge of a header. Challenges are separated by commas as their parameters are: an element
 * that is no `name=value` begins a challenge.
 */
function bearerChallenges(header: string): Parameters[] {
  const challenges: { scheme: string; parameters: Parameters }[] = [];
  for (const element of header.match(/(?:"(?:\\.|[^"\\])*(?:"|\\?$)|[^",])+/gs) ?? []) {
    const [, word = "", rest = ""] = /^([^ \t=]*)(.*)$/s.exec(element.trim()) ?? [];
    if (word === "" && rest === "") continue;
    const isParameter = /^[ \t]*=/.test(rest);
    if (!isParameter) challenges.push({ scheme: word.toLowerCase(), parameters: [] });
    const [, name, value] = /^([^=]*)=(.*)$/s.exec(isParameter ? word + rest : rest) ?? [];
    if (name !== undefined && value !== undefined) challenges.at(-1)?.parameters.push([name.trim().toLowerCase(), unquoted(value.trim())]);
  }
  return challenges.filter(({ scheme }) => scheme === "bearer").map(({ parameters }) => parameters);
}

/** The text of a quoted string; any other text unchanged. */
function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1).replace(/"$/, "").replace(/\\(.?)/gs, "$1") : value;
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

/** Whether two scopes are for the same host. It may be written in capitals, with the port 443 and with a slash at its end. */
export function isSameResource(one: TokenTarget, other: TokenTarget): boolean {
  const [first, second] = [one, other].map(({ scope }) => {
    const resource = scope.replace(/\/\.default$/, "");
    const url = URL.canParse(resource) ? new URL(resource) : undefined;
    return url !== undefined && /^https:\/\/[^/?#@]+\/*$/i.test(resource) ? url.origin : undefined;
  });
  return first !== undefined && first === second;
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
