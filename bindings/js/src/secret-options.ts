/** The options of a client and of its methods, with their checks. */

import { abortSignalOption, type AbortSignalLike } from "./abort.js";
import type { ContentType } from "./constants.js";
import { toOptionValues } from "./option-values.js";
import type { PollerOptions } from "./poller.js";
import type { OptionValues } from "./protocol.js";
import { refuseCallOptions, refusePipelineOptions, type PipelineOptions } from "./sdk-options.js";
import { checkOptions, count, flag, property, secretVersion, tags, text, timeoutOption, unixSeconds, wholeNumber, wrongType } from "./validate.js";

/** Options of every call, as in the Azure SDK. */
export interface OperationOptions {
  /** Aborts the call, and its HTTP request. */
  abortSignal?: AbortSignalLike;
  /** The timeout of the whole call in milliseconds, 30,000 by default. It includes getting a token. */
  requestOptions?: { timeout?: number };
  /** No effect: there is no tracing. */
  tracingOptions?: object;
  /** Refused: there is no response object. */
  onResponse?: never;
}

export interface SecretClientOptions extends PipelineOptions {
  /** The API version of Key Vault, for an emulator that does not support the latest one. */
  serviceVersion?: string;
  /** Accepts a challenge for a resource outside of the vault's domain. Only for emulators. */
  disableChallengeResourceVerification?: boolean;
  /** Keeps secret values in memory. There is no cache by default. */
  cache?: {
    /** How long a value is returned without a request. */
    ttlInSeconds: number;
    /** How long after `ttlInSeconds` a value is still returned if the vault can't be reached. */
    staleIfErrorInSeconds?: number;
    /** The size of the cache, 100 secrets and 262,144 bytes by default. */
    limits?: { secrets: number; bytes: number };
  };
}

export interface GetSecretOptions extends OperationOptions {
  /** This version instead of the latest. */
  version?: string;
  /** The content type to convert the secret of a certificate to. */
  outContentType?: ContentType;
  /** Reads from the vault, not from the cache. */
  bypassCache?: boolean;
}

export interface GetSecretsOptions extends GetSecretOptions {
  /** The most requests at the same time, 10 by default. */
  maxConcurrency?: number;
}

export interface UpdateSecretPropertiesOptions extends OperationOptions {
  contentType?: string;
  enabled?: boolean;
  readonly notBefore?: Date;
  readonly expiresOn?: Date;
  /** Replaces all tags; an empty object removes them. */
  tags?: Record<string, string>;
}

export interface SetSecretOptions extends UpdateSecretPropertiesOptions {}

export interface ListOptions extends OperationOptions {}

export interface SecretPollerOptions extends OperationOptions, PollerOptions {
  /** What `toString` of a poller of the same operation returned: waits for that operation, and starts none. */
  resumeFrom?: string;
}

// The names of the Azure SDK, which has a type for the options of each method.
export interface GetDeletedSecretOptions extends OperationOptions {}
export interface PurgeDeletedSecretOptions extends OperationOptions {}
export interface BackupSecretOptions extends OperationOptions {}
export interface RestoreSecretBackupOptions extends OperationOptions {}
export interface ListPropertiesOfSecretsOptions extends OperationOptions {}
export interface ListPropertiesOfSecretVersionsOptions extends OperationOptions {}
export interface ListDeletedSecretsOptions extends OperationOptions {}
export interface BeginDeleteSecretOptions extends SecretPollerOptions {}
export interface BeginRecoverDeletedSecretOptions extends SecretPollerOptions {}

/** @internal The options of every call, checked. */
export interface CallLimits {
  signal: AbortSignalLike | undefined;
  /** In milliseconds. */
  timeout: number | undefined;
}

/** @internal */
export function callLimits(options: unknown): CallLimits {
  refuseCallOptions(options);
  return { signal: abortSignalOption(options), timeout: timeoutOption(options) };
}

/** @internal */
export function toClientOptions(options: SecretClientOptions): { values: OptionValues; verifiesChallenges: boolean } {
  refusePipelineOptions(options);
  const { serviceVersion, disableChallengeResourceVerification } = checkOptions(options, {
    serviceVersion: text,
    disableChallengeResourceVerification: flag,
  });
  const cache = property("options", options, "cache") ?? undefined;
  const { ttlInSeconds, staleIfErrorInSeconds } = checkOptions(cache, { ttlInSeconds: wholeNumber, staleIfErrorInSeconds: wholeNumber }, "cache");
  const limits = property("cache", cache, "limits") ?? undefined;
  const cacheLimits = checkOptions(limits, { secrets: count, bytes: wholeNumber }, "limits");
  if (limits !== undefined && (cacheLimits.secrets === undefined || cacheLimits.bytes === undefined)) {
    const missing = cacheLimits.secrets === undefined ? "secrets" : "bytes";
    throw wrongType(`limits.${missing}`, undefined, "a number");
  }
  const verifiesChallenges = disableChallengeResourceVerification !== true;
  const values: OptionValues = [
    ...toOptionValues({
      apiVersion: serviceVersion,
      verifyChallengeResource: verifiesChallenges ? undefined : false,
      cacheTtl: ttlInSeconds,
      cacheStaleIfError: staleIfErrorInSeconds,
    }),
    ...(limits === undefined ? [] : ([["setCacheLimits", cacheLimits.secrets, cacheLimits.bytes]] satisfies OptionValues)),
  ];
  return { values, verifiesChallenges };
}

/** @internal */
export function toGetOptions(options: GetSecretOptions): OptionValues {
  return toOptionValues(checkOptions(options, { version: secretVersion, outContentType: text, bypassCache: flag }));
}

/** @internal */
export function toSetOptions(options: UpdateSecretPropertiesOptions): OptionValues {
  const checks = { contentType: text, enabled: flag, notBefore: unixSeconds, expiresOn: unixSeconds, tags };
  return toOptionValues(checkOptions(options, checks));
}
