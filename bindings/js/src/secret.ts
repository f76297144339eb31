import type {
  DeletedSecret as ComponentDeletedSecret,
  Secret,
  SecretProperties as ComponentSecretProperties,
} from "./component/interfaces/keyfob-azure-secrets.js";
import { parseKeyVaultSecretIdentifier } from "./identifier.js";
import { withSecret } from "./redact.js";

/** The properties of a secret, without its value, as in `@azure/keyvault-secrets`. */
export interface SecretProperties {
  vaultUrl: string;
  id: string;
  name: string;
  version?: string;
  contentType?: string;
  enabled?: boolean;
  readonly notBefore?: Date;
  readonly expiresOn?: Date;
  readonly createdOn?: Date;
  readonly updatedOn?: Date;
  tags?: Record<string, string>;
  /** @deprecated As in the Azure SDK, it is always undefined; `certificateKeyId` has it. */
  readonly keyId?: never;
  /** The identifier of the certificate's key, if the secret belongs to a certificate. */
  readonly certificateKeyId?: string;
  /** True if the secret belongs to a certificate. */
  readonly managed?: true;
  readonly recoveryLevel?: string;
  recoverableDays?: number;
  readonly previousVersion?: string;
}

/** A secret with its value. Printing it, or making JSON of it, leaves `value` out. */
export interface KeyVaultSecret {
  name: string;
  value: string;
  properties: SecretProperties;
}

/** How a value came from the client's cache. */
export interface CacheInfo {
  /** The seconds since the vault was asked for the value. */
  ageInSeconds: number;
  /** True if the value has expired, and is returned because reading it again failed. */
  stale: boolean;
  /** If the value is stale, the message of the error that reading it again ended with. */
  error?: string;
}

/** A secret that was read, and the credential that it was read with. */
export interface ReadSecret extends KeyVaultSecret {
  /** The class name of the credential whose token was used. */
  credential: string;
  /** Where that credential gets its tokens: `App Service`, `IMDS`, … */
  source: string;
  /** Only if the value came from the client's cache. */
  cache?: CacheInfo;
  /** More information by name, which a later version may add. */
  details: Record<string, string>;
}

/** The deletion of a secret, as in `@azure/keyvault-secrets`. */
export interface DeletionProperties {
  /** The identifier for recovering the secret. */
  recoveryId?: string;
  deletedOn?: Date;
  /** When the vault purges the secret. */
  scheduledPurgeDate?: Date;
}

/** A deleted secret. It can be recovered if soft-delete is enabled for the vault. */
export interface DeletedSecret extends DeletionProperties {
  name: string;
  /** As in the Azure SDK, the vault does not return the value of a deleted secret. */
  value?: string;
  properties: SecretProperties & DeletionProperties;
}

/** Converts from the component's record to the shape of the Azure SDK. */
export function toSecretProperties(source: ComponentSecretProperties): SecretProperties {
  return {
    vaultUrl: parseKeyVaultSecretIdentifier(source.id).vaultUrl,
    id: source.id,
    name: source.name,
    ...omitUndefined({
      version: source.version,
      contentType: source.contentType,
      enabled: source.enabled,
      notBefore: toDate(source.notBefore),
      expiresOn: toDate(source.expiresOn),
      createdOn: toDate(source.createdOn),
      updatedOn: toDate(source.updatedOn),
      tags: source.tags.length > 0 ? Object.fromEntries(source.tags) : undefined,
      certificateKeyId: source.keyId,
      managed: source.managed === true ? (true as const) : undefined,
      recoveryLevel: source.recoveryLevel,
      recoverableDays: source.recoverableDays,
      previousVersion: source.previousVersion,
    }),
  };
}

export function toReadSecret(secret: Secret): ReadSecret {
  const properties = toSecretProperties(secret.properties);
  return withSecret("KeyVaultSecret", "value", secret.value, {
    name: properties.name,
    properties,
    credential: secret.credential,
    source: secret.source,
    ...(secret.cache !== undefined && { cache: toCacheInfo(secret.cache) }),
    details: Object.fromEntries(secret.properties.details),
  });
}

/** The secret that was set: the properties that the vault returned, and the value that was sent. */
export function toSetSecret(properties: ComponentSecretProperties, value: string): KeyVaultSecret {
  return withSecret("KeyVaultSecret", "value", value, { name: properties.name, properties: toSecretProperties(properties) });
}

function toCacheInfo({ age, stale, error }: NonNullable<Secret["cache"]>): CacheInfo {
  return { ageInSeconds: Number(age), stale, ...(error !== undefined && { error }) };
}

export function toDeletedSecret(source: ComponentDeletedSecret): DeletedSecret {
  const deletion = omitUndefined({
    recoveryId: source.recoveryId,
    deletedOn: toDate(source.deletedOn),
    scheduledPurgeDate: toDate(source.scheduledPurgeOn),
  });
  const properties = toSecretProperties(source.properties);
  return { name: properties.name, properties: { ...properties, ...deletion }, ...deletion };
}

function toDate(seconds: bigint | undefined): Date | undefined {
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000);
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without properties that are undefined: the official types do not allow them. */
function omitUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
