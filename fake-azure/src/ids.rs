//! Constant identifiers and the syntax of identifiers: resource group, content types, tenants, UUIDs, secret names.

/// Subscription and group of everything that a description gives no ARM id.
pub(super) const GROUP: &str = "/subscriptions/2b0c7f5a-3d41-4e68-9c0b-7a1f5d8e6b32/resourcegroups/keyfob";

/// The format of a certificate's secret: base64 of a PKCS#12 file.
pub(super) const PFX: &str = "application/x-pkcs12";

/// The other format: the key and the certificates as PEM.
pub(super) const PEM: &str = "application/x-pem-file";

/// The name that an AD FS has in the place of a tenant.
pub(super) const ADFS: &str = "adfs";

/// Letters, digits and dashes, 1 to 127 of them.
/// <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers>
pub(super) fn is_secret_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=127).contains(&name.len()) && name.bytes().all(allowed)
}

/// Whether the text is a UUID of the usual form.
pub(super) fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    let hex = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    hex && lengths.eq([8, 4, 4, 4, 12])
}
