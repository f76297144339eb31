import { dirname } from "node:path";

/** Variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable that the component looks at; `tests/unit/environment.test.js` holds the list against its sources. */
export const KNOWN_VARIABLES = [
  "AZURE_ADDITIONALLY_ALLOWED_TENANTS",
  "AZURE_AUTHORITY_HOST",
  "AZURE_CLIENT_CERTIFICATE_PASSWORD",
  "AZURE_CLIENT_CERTIFICATE_PATH",
  "AZURE_CLIENT_ID",
  "AZURE_CLIENT_SECRET",
  "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
  "AZURE_FEDERATED_TOKEN_FILE",
  "AZURE_IDENTITY_DISABLE_MULTITENANTAUTH",
  "AZURE_KUBERNETES_TOKEN_PROXY",
  "AZURE_LOG_LEVEL",
  "AZURE_PASSWORD",
  "AZURE_POD_IDENTITY_AUTHORITY_HOST",
  "AZURE_TENANT_ID",
  "AZURE_TOKEN_CREDENTIALS",
  "AZURE_USERNAME",
  "DEFAULT_IDENTITY_CLIENT_ID",
  "IDENTITY_ENDPOINT",
  "IDENTITY_HEADER",
  "IDENTITY_SERVER_THUMBPRINT",
  "IMDS_ENDPOINT",
  "KEYFOB_ALLOW_LOOPBACK_HTTP",
  "MSI_ENDPOINT",
  "MSI_SECRET",
];

/** Without any variable the component would take us for a host that passes none on, and say so. */
const HOST_VARIABLE: [string, string] = ["KEYFOB_HOST", "node"];

/**
 * Azure Arc's agent leaves the keys of its challenges here:
 * https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication
 */
const ARC_KEY_DIRECTORY = "/var/opt/azcmagent/tokens";

/** The variables of an environment that the component may see, as they are now. */
export function knownVariables(env: Environment): [string, string][] {
  const seen = KNOWN_VARIABLES.flatMap((name): [string, string][] => (env[name] ? [[name, env[name]]] : []));
  return [HOST_VARIABLE, ...seen];
}

/** The folders of the files that variables and options name. The folder, because Kubernetes replaces the file by a link. */
export function readableDirectories(variables: [string, string][], ...files: (string | undefined)[]): string[] {
  const env = new Map(variables);
  const named = [env.get("AZURE_FEDERATED_TOKEN_FILE"), env.get("AZURE_CLIENT_CERTIFICATE_PATH"), ...files];
  const parents = named.flatMap((file) => (file ? [dirname(file)] : []));
  // A variable that Arc's agent sets, and nobody else.
  if (env.has("IMDS_ENDPOINT")) parents.push(ARC_KEY_DIRECTORY);
  // Never the whole disk.
  return [...new Set(parents)].filter((directory) => directory !== "/");
}
