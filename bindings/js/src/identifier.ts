import { KeyfobError } from "./errors.js";

/** The parts of a secret's identifier, as in `@azure/keyvault-secrets`. */
export interface KeyVaultSecretIdentifier {
  /** The identifier itself. */
  sourceId: string;
  /** The vault's URL. */
  vaultUrl: string;
  name: string;
  version?: string;
}

/**
 * Splits an identifier such as `https://my-vault.vault.azure.net/secrets/NAME/VERSION` into its parts.
 * Throws a `KeyfobError` of kind `invalid-argument` for anything else.
 */
export function parseKeyVaultSecretIdentifier(id: string): KeyVaultSecretIdentifier {
  const url = URL.canParse(id) ? new URL(id) : undefined;
  const [, directory, name, version, ...rest] = url?.pathname.split("/") ?? [];
  if (url === undefined || (directory !== "secrets" && directory !== "deletedsecrets") || !name || rest.length > 0) {
    const message = "the identifier is not of the form https://my-vault.vault.azure.net/secrets/NAME/VERSION";
    throw new KeyfobError({ kind: "invalid-argument", message });
  }
  return { sourceId: id, vaultUrl: url.origin, name, ...(version && { version }) };
}
