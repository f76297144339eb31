/** The credential classes, with the names and arguments of `@azure/identity`. */

import { KeyfobCredential, environmentOf, type CredentialOptions } from "./base-credential.js";
import { checkRequiredVariables, checkTenantId, checkTenantVariable, checkTokenCredentials, required } from "./configuration.js";
import { KeyfobError, WrongTypeError } from "./errors.js";
import { toOptionValues } from "./option-values.js";
import type { OptionValues } from "./protocol.js";
import { bytes, checkOptions, className, filePath, flag, items, text, texts, wholeNumber, wrongType, type Check } from "./validate.js";

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

/** The variables that `requiredEnvVars` is for. Any other name is checked too. */
export type DefaultAzureCredentialEnvVars =
  | "AZURE_TOKEN_CREDENTIALS"
  | "AZURE_CLIENT_ID"
  | "AZURE_TENANT_ID"
  | "AZURE_CLIENT_SECRET"
  | "AZURE_CLIENT_CERTIFICATE_PATH"
  | "AZURE_CLIENT_CERTIFICATE_PASSWORD"
  | "AZURE_ADDITIONALLY_ALLOWED_TENANTS"
  | "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"
  | "AZURE_FEDERATED_TOKEN_FILE";

export interface DefaultAzureCredentialOptions extends CredentialOptions, ManagedIdentityOptions, ImdsOptions {
  /** The tenant for workload identity. */
  tenantId?: string;
  workloadIdentityClientId?: string;
  /** The federated token file for workload identity; takes precedence over `AZURE_FEDERATED_TOKEN_FILE`. */
  tokenFilePath?: string;
  /** The class names of credentials to skip. */
  exclude?: string[];
  /** Variables without which the constructor throws. */
  requiredEnvVars?: DefaultAzureCredentialEnvVars | DefaultAzureCredentialEnvVars[];
  /** No effect: no process is started. */
  processTimeoutInMs?: number;
}

/** Tries environment, workload identity and managed identity, in this order. Uses the first one that is available from then on. */
export class DefaultAzureCredential extends KeyfobCredential {
  constructor(options: DefaultAzureCredentialOptions = {}) {
    const { requiredEnvVars = [], ...own } = checkOptions(options, {
      tenantId: text,
      workloadIdentityClientId: text,
      tokenFilePath: filePath,
      exclude: (name, value) => items(name, value, className),
      requiredEnvVars: textOrTexts,
    });
    checkRequiredVariables(requiredEnvVars, environmentOf(options));
    checkTokenCredentials(environmentOf(options));
    const selection = checkOptions(options, SELECTION);
    const ownOptions = [...toOptionValues(own), ...managedIdentityOptions("DefaultAzureCredential", selection)];
    super({ create: "defaultAzure", options, ownOptions, files: [own.tokenFilePath] });
  }
}

export interface ManagedIdentityCredentialOptions extends CredentialOptions, ImdsOptions {
  clientId?: string;
  resourceId?: string;
  objectId?: string;
}

// The names of the Azure SDK, which has a type for each way to name the identity.
export interface ManagedIdentityCredentialClientIdOptions extends CredentialOptions, ImdsOptions {
  clientId?: string;
}
export interface ManagedIdentityCredentialResourceIdOptions extends CredentialOptions, ImdsOptions {
  resourceId: string;
}
export interface ManagedIdentityCredentialObjectIdOptions extends CredentialOptions, ImdsOptions {
  objectId: string;
}
export interface DefaultAzureCredentialClientIdOptions extends DefaultAzureCredentialOptions {
  managedIdentityClientId?: string;
}
export interface DefaultAzureCredentialResourceIdOptions extends DefaultAzureCredentialOptions {
  managedIdentityResourceId: string;
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
    super({ create: "managedIdentity", options, ownOptions: managedIdentityOptions("ManagedIdentityCredential", selection, MANAGED_IDENTITY_NAMES) });
  }
}

export interface EnvironmentCredentialOptions extends CredentialOptions {
  sendCertificateChain?: boolean;
}

/**
 * A service principal that is configured by `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, and `AZURE_CLIENT_SECRET` or
 * `AZURE_CLIENT_CERTIFICATE_PATH`.
 */
export class EnvironmentCredential extends KeyfobCredential {
  constructor(options: EnvironmentCredentialOptions = {}) {
    const ownOptions = toOptionValues(checkOptions(options, { sendCertificateChain: flag }));
    checkTenantVariable(environmentOf(options));
    super({ create: "environment", options, ownOptions });
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
    if (tenantId === undefined) checkTenantVariable(environmentOf(options));
    else checkTenantId("tenantId", tenantId);
    const ownOptions = toOptionValues({ tenantId, workloadIdentityClientId: clientId, tokenFilePath });
    super({ create: "workloadIdentity", options, ownOptions, files: [tokenFilePath] });
  }
}

/** The cache of the Azure SDK on the disk. There is none here, so the options have no effect. */
export interface CredentialPersistenceOptions {
  tokenCachePersistenceOptions?: TokenCachePersistenceOptions;
}

export interface TokenCachePersistenceOptions {
  enabled: boolean;
  name?: string;
  unsafeAllowUnencryptedStorage?: boolean;
}

export interface ClientSecretCredentialOptions extends CredentialOptions, CredentialPersistenceOptions {}

/** A service principal with a client secret. */
export class ClientSecretCredential extends KeyfobCredential {
  constructor(tenantId: string, clientId: string, clientSecret: string, options: ClientSecretCredentialOptions = {}) {
    const given = required("ClientSecretCredential", { tenantId, clientId, clientSecret });
    super({ create: "clientSecret", args: [given.tenantId, given.clientId, given.clientSecret], options });
  }
}

/** The certificate with its private key: PEM text, or the bytes of a PEM or PKCS#12 file. */
export interface ClientCertificatePEMCertificate {
  certificate: string | Uint8Array;
  certificatePassword?: string;
}

/** The path of a PEM or PKCS#12 file with the certificate and its private key. */
export interface ClientCertificatePEMCertificatePath {
  certificatePath: string;
  certificatePassword?: string;
}

export type ClientCertificateCredentialPEMConfiguration = ClientCertificatePEMCertificate | ClientCertificatePEMCertificatePath;

/** A certificate with its private key, PEM or PKCS#12: the content or the path of the file, and its password if it has one. */
export type ClientCertificate = ClientCertificateCredentialPEMConfiguration;

export interface ClientCertificateCredentialOptions extends CredentialOptions, CredentialPersistenceOptions {
  sendCertificateChain?: boolean;
}

/** A service principal with a certificate. A file is read for each token request, so that a renewed certificate is used. */
export class ClientCertificateCredential extends KeyfobCredential {
  constructor(
    tenantId: string,
    clientId: string,
    certificate: string | ClientCertificate,
    options: ClientCertificateCredentialOptions = {},
  ) {
    const ids = required("ClientCertificateCredential", { tenantId, clientId });
    const given = typeof certificate === "string" ? { certificatePath: certificate } : certificate;
    const { certificatePath: path, certificatePassword, ...inline } = checkOptions(
      given,
      { certificatePath: filePath, certificatePassword: text, certificate: textOrBytes },
      "certificate",
    );
    if (path === undefined && inline.certificate === undefined) throw wrongType("certificate", inline.certificate, "a string or a Uint8Array");
    if (path !== undefined && inline.certificate !== undefined) {
      throw new KeyfobError({ kind: "invalid-argument", message: "ClientCertificateCredential: choose one of certificate and certificatePath" });
    }
    const source = path !== undefined ? { tag: "path", val: path } : { tag: "bytes", val: inline.certificate };
    const args = [ids.tenantId, ids.clientId, source, certificatePassword];
    const ownOptions = toOptionValues(checkOptions(options, { sendCertificateChain: flag }));
    super({ create: "clientCertificate", args, options, ownOptions, files: [path] });
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

/** What the options are called in `ManagedIdentityCredential`. */
const MANAGED_IDENTITY_NAMES: Readonly<Record<string, string>> = {
  managedIdentityClientId: "clientId",
  managedIdentityObjectId: "objectId",
  managedIdentityResourceId: "resourceId",
};

const NO_NAMES: Readonly<Record<string, string>> = {};

function managedIdentityOptions(className: string, selection: Selection, names: Readonly<Record<string, string>> = NO_NAMES): OptionValues {
  const choices = [
    ["managedIdentityClientId", "client-id", selection.managedIdentityClientId],
    ["managedIdentityResourceId", "resource-id", selection.managedIdentityResourceId],
    ["managedIdentityObjectId", "object-id", selection.managedIdentityObjectId],
    ["managedIdentitySystemAssigned", "system-assigned", selection.managedIdentitySystemAssigned || undefined],
  ] as const;
  const [chosen, ...others] = choices.filter(([, , value]) => value !== undefined);
  if (chosen !== undefined && others.length > 0) {
    const nameOf = ([name]: (typeof choices)[number]) => names[name] ?? name;
    const possible = choices.map(nameOf).filter((name) => names === NO_NAMES || name !== "managedIdentitySystemAssigned");
    const list = `${possible.slice(0, -1).map((name) => `'${name}', `).join("")}or '${possible.at(-1)}'`;
    throw new WrongTypeError(`${className}: only one of ${list} can be provided, not ${[chosen, ...others].map(nameOf).join(" and ")}`);
  }
  const managedIdentity = chosen && (chosen[2] === true ? { tag: chosen[1] } : { tag: chosen[1], val: chosen[2] });
  return toOptionValues({ managedIdentity, imdsConnectTimeout: selection.imdsConnectTimeoutInMs });
}
