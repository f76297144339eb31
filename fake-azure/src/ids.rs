//! Constant identifiers and the syntax of identifiers: resource group, content types, tenants, UUIDs, secret names.

/// The resource group of everything without an ARM id in the description.
pub(super) const GROUP: &str = "/subscriptions/2b0c7f5a-3d41-4e68-9c0b-7a1f5d8e6b32/resourcegroups/keyfob";

/// The content type of a certificate's secret: base64 of a PKCS#12 file.
pub(super) const PFX: &str = "application/x-pkcs12";

/// The other content type: the key and the certificates as PEM.
pub(super) const PEM: &str = "application/x-pem-file";

/// The tenant name of an AD FS.
pub(super) const ADFS: &str = "adfs";

/// Whether the name has 1 to 127 letters, digits and dashes.
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
