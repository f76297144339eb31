import type { Secret, SecretProperties as Told } from "./component/interfaces/keyfob-azure-secrets.js";
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
export interface Deletion {
  /** The identifier by which it can be recovered. */
  recoveryId?: string;
  deletedOn?: Date;
  /** When it goes for good. */
  scheduledPurgeDate?: Date;
}

/** A secret that is deleted, and can be recovered if the vault keeps them. */
export interface DeletedSecret extends Deletion {
  name: string;
  properties: SecretProperties & Deletion;
}

/** What the component tells, in the shape of the Azure SDK. */
export function properties(told: Told): SecretProperties {
  return {
    vaultUrl: parseKeyVaultSecretIdentifier(told.id).vaultUrl,
    id: told.id,
    name: told.name,
    ...given({
      version: told.version,
      contentType: told.contentType,
      enabled: told.enabled,
      notBefore: date(told.notBefore),
      expiresOn: date(told.expiresOn),
      createdOn: date(told.createdOn),
      updatedOn: date(told.updatedOn),
      tags: told.tags.length > 0 ? Object.fromEntries(told.tags) : undefined,
      certificateKeyId: told.keyId,
      managed: told.managed === true ? (true as const) : undefined,
      recoveryLevel: told.recoveryLevel,
      recoverableDays: told.recoverableDays,
      previousVersion: told.previousVersion,
    }),
  };
}

export function read(secret: Secret): ReadSecret {
  return {
    name: secret.properties.name,
    value: secret.value,
    properties: properties(secret.properties),
    credential: secret.credential,
    source: secret.source,
    details: Object.fromEntries(secret.properties.details),
  };
}

export function deleted(told: Told): DeletedSecret {
  const deletion = given({
    recoveryId: told.recoveryId,
    deletedOn: date(told.deletedOn),
    scheduledPurgeDate: date(told.scheduledPurgeOn),
  });
  return { name: told.name, properties: { ...properties(told), ...deletion }, ...deletion };
}

function date(seconds: bigint | undefined): Date | undefined {
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000);
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined. */
function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
