/** The ids, URLs and values of `tests/fake-azure.toml`. */

export const VAULT = "https://my-vault.vault.azure.net";
export const FORBIDDEN_VAULT = "https://other-vault.vault.azure.net";
export const SLOW_VAULT = "https://slow-vault.vault.azure.net";
export const SCOPE = "https://vault.azure.net/.default";
export const TENANT_ID = "7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10";
export const CLIENT_ID = "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08";
export const SERVICE_PRINCIPAL_ID = "1c7d5e90-3b2a-4f68-9d14-8e6a0b5c7f32";
export const SERVICE_PRINCIPAL_SECRET = "the secret of principal";
export const SECRET_VALUE = "the value of secret-a";
