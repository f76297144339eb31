import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";

import { KeyfobError } from "./errors.js";
import { filePath, property, requireString } from "./validate.js";

/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable that the component reads; `tests/unit/environment.test.js` compares the list with the component's sources. */
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

/** With no variable at all, the component would report a host that passes no environment on. */
const HOST_VARIABLE: [string, string] = ["KEYFOB_HOST", "node"];

/** Errors then name the options of this package, and not those of the component. */
const LANGUAGE_VARIABLE: [string, string] = ["KEYFOB_LANGUAGE", "javascript"];

/**
 * Azure Arc's agent writes the keys of its challenges to this directory:
 * https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication
 */
const ARC_KEY_DIRECTORY = "/var/opt/azcmagent/tokens";

/** The program of Azure Arc's agent. The Azure SDKs take a machine that has it for one of Azure Arc. */
function arcAgent(): string | undefined {
  if (process.platform === "linux") return "/opt/azcmagent/bin/himds";
  const programs = process.env["ProgramFiles"];
  return process.platform === "win32" && programs ? `${programs}\\AzureConnectedMachineAgent\\himds.exe` : undefined;
}

/** What the agent listens at. Its installer sets these variables for new sessions only, and services do not get them. */
const ARC_VARIABLES: [string, string][] = [
  ["IDENTITY_ENDPOINT", "http://localhost:40342/metadata/identity/oauth2/token"],
  ["IMDS_ENDPOINT", "http://localhost:40342"],
];

/** Variables that name another source of managed identities, or this one. */
const SOURCE_VARIABLES = ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"];

/** The variables of Azure Arc, on a machine with its agent whose variables name no source. */
function arcVariables(set: [string, string][], agent: string | undefined): [string, string][] {
  if (agent === undefined || set.some(([name]) => SOURCE_VARIABLES.includes(name))) return [];
  try {
    accessSync(agent, constants.R_OK);
    return ARC_VARIABLES;
  } catch {
    return [];
  }
}

/**
 * A copy of the variables that the component may see: those of `KNOWN_VARIABLES` that are not empty. Throws for a value that is
 * not valid Unicode. Node replaces bytes that are not UTF-8 by U+FFFD, and such a value is not the one that was meant.
 * On a machine with Azure Arc's agent, its variables are added if they are missing.
 */
export function knownVariables(env: Environment, agent = arcAgent()): [string, string][] {
  const seen = KNOWN_VARIABLES.flatMap((name): [string, string][] => {
    const value = property("env", env, name) ?? "";
    const text = requireString(`the environment variable ${name}`, value);
    if (text.includes("\ufffd")) {
      throw new KeyfobError({ kind: "invalid-argument", message: `the environment variable ${name} is not valid UTF-8` });
    }
    if (text === "") return [];
    if (/_(FILE|PATH)$/.test(name)) filePath(`the environment variable ${name}`, text);
    return [[name, text]];
  });
  return [HOST_VARIABLE, LANGUAGE_VARIABLE, ...seen, ...arcVariables(seen, agent)];
}

/**
 * The directories of the files that variables and options name. Not the files alone: Kubernetes mounts a token as a symbolic link
 * to another file of its directory.
 */
export function readableDirectories(variables: [string, string][], ...files: (string | undefined)[]): string[] {
  const env = new Map(variables);
  const named = [env.get("AZURE_FEDERATED_TOKEN_FILE"), env.get("AZURE_CLIENT_CERTIFICATE_PATH"), ...files];
  const parents = named.flatMap((file) => (file ? [dirname(file)] : []));
  // IMDS_ENDPOINT is a variable of Azure Arc only.
  if (env.has("IMDS_ENDPOINT")) parents.push(ARC_KEY_DIRECTORY);
  // A file in the root directory must not grant the whole disk.
  return [...new Set(parents)].filter((directory) => directory !== "/");
}
