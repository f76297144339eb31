/** The credential classes, with the names and arguments of `@azure/identity`. */

import { KeyfobCredential, specOf, type CredentialOptions, type TokenCredential } from "./base-credential.js";
import { toOptionValues } from "./option-values.js";
import type { CredentialSpec, OptionValues } from "./protocol.js";
import { bytes, checkOptions, className, filePath, flag, items, property, text, texts, wholeNumber, wrongType, type Check } from "./validate.js";

/** Selects the managed identity. Set at most one; with none, `AZURE_CLIENT_ID` or the platform decides. */
export interface ManagedIdentityOptions {
  managedIdentityClientId?: string;
  managedIdentityResourceId?: string;
  managedIdentityObjectId?: string;
  /** Use the system-assigned identity even if `AZURE_CLIENT_ID` is set. */
  managedIdentitySystemAssigned?: boolean;
}

/** Options for the instance metadata service (IMDS) of a virtual machine. */
export interface ImdsOptions {
  /** The timeout for connecting to it, in milliseconds. */
  imdsConnectTimeoutInMs?: number;
}

export interface DefaultAzureCredentialOptions extends CredentialOptions, ManagedIdentityOptions, ImdsOptions {
  /** The tenant for workload identity. */
  tenantId?: string;
  workloadIdentityClientId?: string;
  /** The federated token file for workload identity; takes precedence over `AZURE_FEDERATED_TOKEN_FILE`. */
  tokenFilePath?: string;
  /** The class names of credentials to skip. */
  exclude?: string[];
  /** `AZURE_TOKEN_CREDENTIALS`: `getToken` fails if this variable is not set. */
  requiredEnvVars?: string | string[];
}

/** Tries environment, workload identity and managed identity, in this order. Uses the first one that is available from then on. */
export class DefaultAzureCredential extends KeyfobCredential {
  constructor(options: DefaultAzureCredentialOptions = {}) {
    const { requiredEnvVars: required = [], ...own } = checkOptions(options, {
      tenantId: text,
      workloadIdentityClientId: text,
      tokenFilePath: filePath,
      exclude: (name, value) => items(name, value, className),
      requiredEnvVars: textOrTexts,
    });
    const unknown = required.find((name) => name !== "AZURE_TOKEN_CREDENTIALS");
    if (unknown !== undefined) {
      const shown = /^[A-Z][A-Z0-9_]{0,63}$/.test(unknown) ? `, not ${unknown}` : "";
      throw new TypeError(`requiredEnvVars accepts only AZURE_TOKEN_CREDENTIALS${shown}`);
    }
    const ownOptions = { ...own, requireTokenCredentials: required.length > 0 || undefined };
    const selection = checkOptions(options, SELECTION);
    super("defaultAzure", [], options, [...toOptionValues(ownOptions), ...managedIdentityOptions(selection)], [own.tokenFilePath]);
  }
}

export interface ManagedIdentityCredentialOptions extends CredentialOptions, ImdsOptions {
  clientId?: string;
  resourceId?: string;
  objectId?: string;
}

/** A managed identity. As in the Azure SDK, it does not read `AZURE_CLIENT_ID`; only `DefaultAzureCredential` does. */
export class ManagedIdentityCredential extends KeyfobCredential {
  constructor(options?: ManagedIdentityCredentialOptions);
  constructor(clientId: string, options?: ManagedIdentityCredentialOptions);
  constructor(first: string | ManagedIdentityCredentialOptions = {}, second: ManagedIdentityCredentialOptions = {}) {
    const options = typeof first === "string" ? second : first;
    const { clientId, resourceId, objectId, imdsConnectTimeoutInMs } = checkOptions(options, {
      clientId: text,
      resourceId: text,
      objectId: text,
      imdsConnectTimeoutInMs: wholeNumber,
    });
    const selection: Selection = {
      managedIdentityClientId: typeof first === "string" ? text("clientId", first) : clientId,
      managedIdentityResourceId: resourceId,
      managedIdentityObjectId: objectId,
      managedIdentitySystemAssigned: undefined,
      imdsConnectTimeoutInMs,
    };
    super("managedIdentity", [], options, managedIdentityOptions(selection));
  }
}

/**
 * A service principal that is configured by `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, and `AZURE_CLIENT_SECRET` or
 * `AZURE_CLIENT_CERTIFICATE_PATH`.
 */
export class EnvironmentCredential extends KeyfobCredential {
  constructor(options: CredentialOptions & { sendCertificateChain?: boolean } = {}) {
    super("environment", [], options, toOptionValues(checkOptions(options, { sendCertificateChain: flag })));
  }
}

export interface WorkloadIdentityCredentialOptions extends CredentialOptions {
  tenantId?: string;
  clientId?: string;
  tokenFilePath?: string;
}

/** Workload identity on AKS. The defaults are `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_FEDERATED_TOKEN_FILE`. */
export class WorkloadIdentityCredential extends KeyfobCredential {
  constructor(options: WorkloadIdentityCredentialOptions = {}) {
    const { tenantId, clientId, tokenFilePath } = checkOptions(options, { tenantId: text, clientId: text, tokenFilePath: filePath });
    const ownOptions = toOptionValues({ tenantId, workloadIdentityClientId: clientId, tokenFilePath });
    super("workloadIdentity", [], options, ownOptions, [tokenFilePath]);
  }
}

/** A service principal with a client secret. */
export class ClientSecretCredential extends KeyfobCredential {
  constructor(tenantId: string, clientId: string, clientSecret: string, options: CredentialOptions = {}) {
    const args = [text("tenantId", tenantId), text("clientId", clientId), text("clientSecret", clientSecret)];
    super("clientSecret", args, options, []);
  }
}

/** A certificate with its private key, PEM or PKCS#12: the content or the path of the file, and its password if it has one. */
export type ClientCertificate =
  | { certificate: string | Uint8Array; certificatePassword?: string }
  | { certificatePath: string; certificatePassword?: string };

/** A service principal with a certificate. A file is read for each token request, so that a renewed certificate is used. */
export class ClientCertificateCredential extends KeyfobCredential {
  constructor(
    tenantId: string,
    clientId: string,
    certificate: string | ClientCertificate,
    options: CredentialOptions & { sendCertificateChain?: boolean } = {},
  ) {
    const given = typeof certificate === "string" ? { certificatePath: certificate } : certificate;
    const { certificatePath: path, certificatePassword, ...inline } = checkOptions(
      given,
      { certificatePath: filePath, certificatePassword: text, certificate: textOrBytes },
      "certificate",
    );
    if (path === undefined && inline.certificate === undefined) throw wrongType("certificate", inline.certificate, "a string or a Uint8Array");
    const source = path !== undefined ? { tag: "path", val: path } : { tag: "bytes", val: inline.certificate };
    const args = [text("tenantId", tenantId), text("clientId", clientId), source, certificatePassword];
    super("clientCertificate", args, options, toOptionValues(checkOptions(options, { sendCertificateChain: flag })), [path]);
  }
}

/** Tries credentials in this order. Continues after one that is unavailable, and stops at one that fails. */
export class ChainedTokenCredential extends KeyfobCredential {
  constructor(...sources: TokenCredential[]) {
    const specs = sources.flatMap((source, index): CredentialSpec[] => {
      property(`sources[${index}]`, source ?? null, "getToken");
      const spec = specOf(source);
      return spec === undefined ? [] : [spec];
    });
    if (specs.length < sources.length) {
      throw new TypeError(
        "ChainedTokenCredential of keyfob accepts only credentials of keyfob; ChainedTokenCredential of @azure/identity accepts both",
      );
    }
    super("chained", [], {}, [], [], specs);
  }
}

const textOrTexts: Check<string[]> = (name, value) => (typeof value === "string" ? [text(name, value)] : texts(name, value));

const textOrBytes: Check<Uint8Array> = (name, value) =>
  typeof value === "string" ? new Uint8Array(Buffer.from(text(name, value))) : bytes(name, value);

const SELECTION = {
  managedIdentityClientId: text,
  managedIdentityResourceId: text,
  managedIdentityObjectId: text,
  managedIdentitySystemAssigned: flag,
  imdsConnectTimeoutInMs: wholeNumber,
};

/** The checked options that select a managed identity. */
type Selection = { [K in keyof typeof SELECTION]: ReturnType<(typeof SELECTION)[K]> | undefined };

function managedIdentityOptions(selection: Selection): OptionValues {
  const selected = [
    ["client-id", selection.managedIdentityClientId],
    ["object-id", selection.managedIdentityObjectId],
    ["resource-id", selection.managedIdentityResourceId],
    ["system-assigned", selection.managedIdentitySystemAssigned || undefined],
  ].filter(([, value]) => value !== undefined);
  if (selected.length > 1) throw new TypeError(`choose one managed identity, not ${selected.map(([tag]) => tag).join(" and ")}`);
  const managedIdentity = selected.map(([tag, value]) => (value === true ? { tag } : { tag, val: value }))[0];
  return toOptionValues({ managedIdentity, imdsConnectTimeout: selection.imdsConnectTimeoutInMs });
}
