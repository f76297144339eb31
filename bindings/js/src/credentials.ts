/** The credentials, one class each, with the names and arguments of `@azure/identity`. */

import { toWholeNumber } from "./validate.js";
import { KeyfobCredential, type CredentialOptions, type TokenCredential } from "./base-credential.js";
import { toOptionValues } from "./option-values.js";
import type { OptionValues } from "./protocol.js";

/** Which managed identity; without any of these the environment or the platform decides. */
export interface ManagedIdentityOptions {
  managedIdentityClientId?: string;
  managedIdentityResourceId?: string;
  managedIdentityObjectId?: string;
  /** The system-assigned identity, even though `AZURE_CLIENT_ID` is set. */
  managedIdentitySystemAssigned?: boolean;
}

/** For the metadata service of a virtual machine. */
export interface ImdsOptions {
  /** How long to wait for a connection to it, in milliseconds. */
  imdsConnectTimeoutInMs?: number;
}

export interface DefaultAzureCredentialOptions extends CredentialOptions, ManagedIdentityOptions, ImdsOptions {
  /** The tenant for workload identity. */
  tenantId?: string;
  workloadIdentityClientId?: string;
  /** The federated token file for workload identity; wins over `AZURE_FEDERATED_TOKEN_FILE`. */
  tokenFilePath?: string;
  /** Credentials to leave out, by their class names. */
  exclude?: string[];
  /** `AZURE_TOKEN_CREDENTIALS` here makes it required. */
  requiredEnvVars?: string | string[];
}

/** Environment, workload identity, managed identity, in this order. The first that is available is used, and remembered. */
export class DefaultAzureCredential extends KeyfobCredential {
  constructor(options: DefaultAzureCredentialOptions = {}) {
    const { tenantId, workloadIdentityClientId, tokenFilePath, exclude, requiredEnvVars } = options;
    const required = [requiredEnvVars ?? []].flat();
    const unknown = required.find((name) => name !== "AZURE_TOKEN_CREDENTIALS");
    if (unknown !== undefined) throw new TypeError(`requiredEnvVars takes AZURE_TOKEN_CREDENTIALS alone, not ${unknown}`);
    const requireTokenCredentials = required.length > 0 || undefined;
    const ownOptions = { tenantId, workloadIdentityClientId, tokenFilePath, exclude, requireTokenCredentials };
    super("defaultAzure", [], options, [...toOptionValues(ownOptions), ...managedIdentityOptions(options)], [tokenFilePath]);
  }
}

export interface ManagedIdentityCredentialOptions extends CredentialOptions, ImdsOptions {
  clientId?: string;
  resourceId?: string;
  objectId?: string;
}

/** The identity that Azure gives to an app or a machine. Alone it does not read `AZURE_CLIENT_ID`, as in the Azure SDKs. */
export class ManagedIdentityCredential extends KeyfobCredential {
  constructor(options?: ManagedIdentityCredentialOptions);
  constructor(clientId: string, options?: ManagedIdentityCredentialOptions);
  constructor(first: string | ManagedIdentityCredentialOptions = {}, second: ManagedIdentityCredentialOptions = {}) {
    const options = typeof first === "string" ? { ...second, clientId: first } : first;
    const { clientId, resourceId, objectId } = options;
    const selection: ManagedIdentityOptions & ImdsOptions = {
      ...(clientId !== undefined && { managedIdentityClientId: clientId }),
      ...(resourceId !== undefined && { managedIdentityResourceId: resourceId }),
      ...(objectId !== undefined && { managedIdentityObjectId: objectId }),
      ...(options.imdsConnectTimeoutInMs !== undefined && { imdsConnectTimeoutInMs: options.imdsConnectTimeoutInMs }),
    };
    super("managedIdentity", [], options, managedIdentityOptions(selection));
  }
}

/** `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, and `AZURE_CLIENT_SECRET` or `AZURE_CLIENT_CERTIFICATE_PATH`. */
export class EnvironmentCredential extends KeyfobCredential {
  constructor(options: CredentialOptions & { sendCertificateChain?: boolean } = {}) {
    super("environment", [], options, toOptionValues({ sendCertificateChain: options.sendCertificateChain }));
  }
}

export interface WorkloadIdentityCredentialOptions extends CredentialOptions {
  tenantId?: string;
  clientId?: string;
  tokenFilePath?: string;
}

/** AKS's workload identity; what is not given comes from `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, `AZURE_FEDERATED_TOKEN_FILE`. */
export class WorkloadIdentityCredential extends KeyfobCredential {
  constructor(options: WorkloadIdentityCredentialOptions = {}) {
    const { tenantId, clientId, tokenFilePath } = options;
    const ownOptions = toOptionValues({ tenantId, workloadIdentityClientId: clientId, tokenFilePath });
    super("workloadIdentity", [], options, ownOptions, [tokenFilePath]);
  }
}

/** A service principal with a secret. */
export class ClientSecretCredential extends KeyfobCredential {
  constructor(tenantId: string, clientId: string, clientSecret: string, options: CredentialOptions = {}) {
    super("clientSecret", [tenantId, clientId, clientSecret], options, []);
  }
}

/** A certificate's PEM text or bytes (PEM or PKCS#12), or its file, with the password if it has one. */
export type ClientCertificate =
  | { certificate: string | Uint8Array; certificatePassword?: string }
  | { certificatePath: string; certificatePassword?: string };

/** A service principal with a certificate. A path is read for each assertion, because certificates are renewed. */
export class ClientCertificateCredential extends KeyfobCredential {
  constructor(
    tenantId: string,
    clientId: string,
    certificate: string | ClientCertificate,
    options: CredentialOptions & { sendCertificateChain?: boolean } = {},
  ) {
    const certificateOptions = typeof certificate === "string" ? { certificatePath: certificate } : certificate;
    const path = "certificatePath" in certificateOptions ? certificateOptions.certificatePath : undefined;
    const source =
      "certificatePath" in certificateOptions
        ? { tag: "path", val: certificateOptions.certificatePath }
        : { tag: "bytes", val: new Uint8Array(Buffer.from(certificateOptions.certificate as string)) };
    const args = [tenantId, clientId, source, certificateOptions.certificatePassword];
    super("clientCertificate", args, options, toOptionValues({ sendCertificateChain: options.sendCertificateChain }), [path]);
  }
}

/** The given credentials, in this order. One that is unavailable hands over to the next; one that fails does not. */
export class ChainedTokenCredential extends KeyfobCredential {
  constructor(...sources: TokenCredential[]) {
    const keyfobCredentials = sources.filter((source) => source instanceof KeyfobCredential);
    if (keyfobCredentials.length < sources.length) {
      throw new TypeError(
        "this ChainedTokenCredential takes credentials of keyfob alone; that of @azure/identity takes keyfob's among others",
      );
    }
    super("chained", [], {}, []);
    this.spec.sources = keyfobCredentials.map(({ spec }) => spec);
    this.spec.directories = [...new Set(keyfobCredentials.flatMap(({ spec }) => spec.directories))];
  }
}

function managedIdentityOptions(selection: ManagedIdentityOptions & ImdsOptions): OptionValues {
  const selected = [
    ["client-id", selection.managedIdentityClientId],
    ["object-id", selection.managedIdentityObjectId],
    ["resource-id", selection.managedIdentityResourceId],
    ["system-assigned", selection.managedIdentitySystemAssigned || undefined],
  ].filter(([, value]) => value !== undefined);
  if (selected.length > 1) throw new TypeError(`choose one managed identity, not ${selected.map(([tag]) => tag).join(" and ")}`);
  const managedIdentity = selected.map(([tag, value]) => (value === true ? { tag } : { tag, val: value }))[0];
  return toOptionValues({ managedIdentity, imdsConnectTimeout: toWholeNumber("imdsConnectTimeoutInMs", selection.imdsConnectTimeoutInMs) });
}
