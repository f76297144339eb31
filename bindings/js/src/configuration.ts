/** What a constructor finds out about its configuration without a file or a request, as the constructors of the Azure SDK do. */

import type { Environment } from "./environment.js";
import { CredentialUnavailableError, KeyfobError } from "./errors.js";
import { describeCharacter, property, requireString, text } from "./validate.js";

/** The variable that an argument usually comes from. */
const VARIABLES: Readonly<Record<string, string>> = {
  tenantId: "AZURE_TENANT_ID",
  clientId: "AZURE_CLIENT_ID",
  clientSecret: "AZURE_CLIENT_SECRET",
};

/** The checked arguments of a constructor. Throws a `CredentialUnavailableError` for one that is missing or empty. */
export function required<K extends string>(className: string, args: Record<K, unknown>): Record<K, string> {
  const checked = Object.entries(args).map(([name, value]) => {
    if (value === undefined || value === null || value === "") {
      const variable = VARIABLES[name];
      throw new CredentialUnavailableError({
        kind: "credential-unavailable",
        message: `${className}: ${name} is a required parameter. It is ${value === "" ? "empty" : value}`,
        hint: variable === undefined ? undefined : `Set the variable that it comes from, such as ${variable}`,
      });
    }
    const given = text(name, value);
    if (name === "tenantId") checkTenantId(name, given);
    return [name, given];
  });
  return Object.fromEntries(checked) as Record<K, string>;
}

/** Forms of texts that were to be another value, with their description. The component describes other values in the same way. */
const FLAWS: [form: RegExp, description: string][] = [
  [/^\ufeff/, "begins with a byte order mark (U+FEFF)"],
  [/^\s/, "begins with white space"],
  [/[\r\n]$/, "ends with a newline"],
  [/\s$/, "ends with white space"],
  [/^@Microsoft\.KeyVault\(/i, "is a Key Vault reference that App Service did not resolve"],
  [/^(\$\{\{.*\}\}|#\{.*\}#|\{\{.*\}\}|\$\{.*\}|\$\(.*\)|%.*%)$/, "is a variable that was not replaced by its value"],
  [/^(".*"|'.*'|`.*`|\u201c.*\u201d|\u2018.*\u2019)$/, "is in quotes"],
  [/^\{.*\}$/, "is in braces"],
  [/^(<.*>|\[.*\])$/, "is in brackets"],
];

/** Throws for a text that is no tenant. The text is described and not shown: it may be a secret in the wrong place. */
export function checkTenantId(name: string, value: string): void {
  const at = value.search(/[^0-9A-Za-z.-]/);
  if (at === -1) return;
  const offence = `has ${value.length} characters, and character ${at + 1} is ${describeCharacter(value.charAt(at))}`;
  const message = `Invalid tenant id: ${name} ${FLAWS.find(([form]) => form.test(value))?.[1] ?? offence}`;
  const hint = "Give the Directory (tenant) ID, or a domain such as contoso.onmicrosoft.com\nFind it: portal > Microsoft Entra ID > Overview\n         az account show --query tenantId";
  throw new KeyfobError({ kind: "invalid-argument", message, hint });
}

/** Checks `AZURE_TENANT_ID`, if it is set. */
export function checkTenantVariable(env: Environment): void {
  const value = property("env", env, "AZURE_TENANT_ID") ?? "";
  checkTenantId("the environment variable AZURE_TENANT_ID", requireString("the environment variable AZURE_TENANT_ID", value));
}

/** Throws if one of the variables is not set. */
export function checkRequiredVariables(names: string[], env: Environment): void {
  const missing = names.filter((name) => (property("env", env, name) ?? "") === "").map(showVariable);
  if (missing.length === 0) return;
  const [variables, are, them] = missing.length === 1 ? ["variable", "is", "it"] : ["variables", "are", "them"];
  throw new KeyfobError({
    kind: "invalid-argument",
    message: `Required environment ${variables} '${missing.join(", ")}' for DefaultAzureCredential ${are} not set or empty`,
    hint: `Set ${missing.join(" and ")}, or take ${them} out of requiredEnvVars`,
  });
}

/** The name of a variable. Any other text is described: it may be a value in the place of the name. */
function showVariable(name: string): string {
  return /^[A-Z][A-Z0-9_]{0,63}$/.test(name) ? name : `(a name of ${name.length} characters)`;
}

/** The values of `AZURE_TOKEN_CREDENTIALS`. `tests/unit/configuration.test.js` compares them with the component's sources. */
export const TOKEN_CREDENTIALS = [
  "prod",
  "dev",
  "EnvironmentCredential",
  "WorkloadIdentityCredential",
  "ManagedIdentityCredential",
  "SharedTokenCacheCredential",
  "VisualStudioCodeCredential",
  "AzureCliCredential",
  "AzurePowerShellCredential",
  "AzureDeveloperCliCredential",
  "BrokerCredential",
  "InteractiveBrowserCredential",
  "VisualStudioCredential",
];

/** Throws for a value of `AZURE_TOKEN_CREDENTIALS` that no SDK knows. */
export function checkTokenCredentials(env: Environment): void {
  const name = "the environment variable AZURE_TOKEN_CREDENTIALS";
  const value = requireString(name, property("env", env, "AZURE_TOKEN_CREDENTIALS") ?? "").trim();
  if (value === "" || TOKEN_CREDENTIALS.some((known) => known.toLowerCase() === value.toLowerCase())) return;
  // Only letters are shown: the value may be a secret that was set in the wrong variable.
  const shown = /^[A-Za-z]{1,64}$/.test(value) ? value : `a text of ${value.length} characters`;
  throw new KeyfobError({
    kind: "invalid-argument",
    message: `Invalid value for AZURE_TOKEN_CREDENTIALS = ${shown}`,
    hint: "Set AZURE_TOKEN_CREDENTIALS to prod, EnvironmentCredential, WorkloadIdentityCredential or ManagedIdentityCredential",
  });
}
