import type { Secret, SecretProperties as ComponentSecretProperties } from "./component/interfaces/keyfob-azure-secrets.js";
import { parseKeyVaultSecretIdentifier } from "./identifier.js";

/** What a vault says of a secret beside its value, as in `@azure/keyvault-secrets`. */
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
  /** The key's identifier, when the secret belongs to a certificate. */
  readonly certificateKeyId?: string;
  /** True when the secret belongs to a certificate. */
  readonly managed?: true;
  readonly recoveryLevel?: string;
  recoverableDays?: number;
  readonly previousVersion?: string;
}

/** A secret and its value. */
export interface KeyVaultSecret {
  name: string;
  value: string;
  properties: SecretProperties;
}

/** A secret that was read, and how. */
export interface ReadSecret extends KeyVaultSecret {
  /** The credential whose token read it, by its class name. */
  credential: string;
  /** Where that credential got the token: `App Service`, `IMDS`, … */
  source: string;
  /** More names and values: `cache` is `fresh` or `stale` for what came from memory, `cache-age` its age in seconds. */
  details: Record<string, string>;
}

/** What is known of a deleted secret, here and in its properties, as in `@azure/keyvault-secrets`. */
export interface DeletionProperties {
  /** The identifier by which it can be recovered. */
  recoveryId?: string;
  deletedOn?: Date;
  /** When it goes for good. */
  scheduledPurgeDate?: Date;
}

/** A secret that is deleted, and can be recovered if the vault keeps them. */
export interface DeletedSecret extends DeletionProperties {
  name: string;
  properties: SecretProperties & DeletionProperties;
}

/** What the component tells, in the shape of the Azure SDK. */
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
  return {
    name: secret.properties.name,
    value: secret.value,
    properties: toSecretProperties(secret.properties),
    credential: secret.credential,
    source: secret.source,
    details: Object.fromEntries(secret.properties.details),
  };
}

export function toDeletedSecret(source: ComponentSecretProperties): DeletedSecret {
  const deletion = omitUndefined({
    recoveryId: source.recoveryId,
    deletedOn: toDate(source.deletedOn),
    scheduledPurgeDate: toDate(source.scheduledPurgeOn),
  });
  return { name: source.name, properties: { ...toSecretProperties(source), ...deletion }, ...deletion };
}

function toDate(seconds: bigint | undefined): Date | undefined {
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000);
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined. */
function omitUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
