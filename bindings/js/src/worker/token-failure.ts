import type { AzureError } from "../component/interfaces/keyfob-azure-types.js";
import { isOfToken } from "../errors.js";
import type { ClientSpec, CredentialSpec } from "../protocol.js";
import type { ResourceTable } from "./resource-table.js";

/**
 * Whether a call failed because there was no token: its last request went to another host than the vault, or it sent none and
 * the credential itself is not configured as it must be.
 */
export function isTokenFailure(
  error: AzureError,
  operation: string,
  spec: unknown,
  lastAuthority: string | undefined,
  resources: ResourceTable,
): boolean {
  if (operation === "getToken" || isOfToken(error)) return true;
  const { vaultUrl, credential } = (spec ?? {}) as Partial<ClientSpec>;
  if (vaultUrl === undefined || credential === undefined || credential.create === "staticToken" || !URL.canParse(vaultUrl)) return false;
  if (lastAuthority !== undefined) return lastAuthority.toLowerCase() !== new URL(vaultUrl).host;
  return (error.kind === "invalid-argument" || error.kind === "unsupported") && isMisconfigured(credential, resources);
}

function isMisconfigured(spec: CredentialSpec, resources: ResourceTable): boolean {
  const candidates = resources.credential(spec).explain();
  // The default chain has credentials that are not supported behind those that are.
  return candidates.some(({ readiness }) => readiness === "failed") || candidates.every(({ readiness }) => readiness === "not-supported");
}
