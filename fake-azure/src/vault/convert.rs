//! A certificate's secret in another format than its own: `outContentType`.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret#uri-parameters>

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use pem::Pem;
use yasna::{ASN1Error, ASN1ErrorKind, ASN1Result, BERReader, Tag};

use super::super::description::Secret;
use super::super::ids::{PEM, PFX};
use super::error::VaultError;

/// The bags of a key and of a certificate. <https://datatracker.ietf.org/doc/html/rfc7292#section-4.2>
const KEY_BAG: &[u64] = &[1, 2, 840, 113_549, 1, 12, 10, 1, 1];
const CERT_BAG: &[u64] = &[1, 2, 840, 113_549, 1, 12, 10, 1, 3];

/// The value in the wanted format, and that format. Azure makes PEM of PKCS#12, and refuses everything else: of a secret
/// without a certificate too, it is inferred, because the parameter is the certificate's format.
pub(super) fn convert(secret: &Secret, wanted: &str) -> Result<(String, &'static str), VaultError> {
    let stored = secret.content_type.as_deref().filter(|_| secret.managed);
    match (stored, wanted) {
        (Some(PFX), PFX) => Ok((secret.value.clone(), PFX)),
        (Some(PEM), PEM) => Ok((secret.value.clone(), PEM)),
        (Some(PFX), PEM) => {
            let pem = BASE64.decode(&secret.value).ok().and_then(|pfx| to_pem(&pfx).ok());
            let pem =
                pem.ok_or_else(|| VaultError::not_implemented("PKCS#12 that is encrypted, or damaged, as PEM"))?;
            Ok((pem, PEM))
        }
        _ => Err(VaultError::bad_parameter(format!("The parameter 'outContentType' is not supported here: {wanted}"))),
    }
}

/// The key and then the certificates of PKCS#12 that has no encryption, which is what Azure keeps.
fn to_pem(pfx: &[u8]) -> ASN1Result<String> {
    let (mut keys, mut certificates) = (String::new(), String::new());
    let safe = yasna::parse_ber(pfx, |reader| {
        reader.read_sequence(|reader| {
            reader.next().read_u8()?;
            let safe = data(reader.next())?;
            reader.read_optional(|mac| mac.read_der())?;
            Ok(safe)
        })
    })?;
    for contents in yasna::parse_ber(&safe, |reader| reader.collect_sequence_of(data))? {
        for (kind, value) in yasna::parse_ber(&contents, |reader| reader.collect_sequence_of(bag))? {
            if kind == KEY_BAG {
                keys.push_str(&pem::encode(&Pem::new("PRIVATE KEY", value)));
            } else if kind == CERT_BAG {
                let certificate = yasna::parse_ber(&value, data)?;
                certificates.push_str(&pem::encode(&Pem::new("CERTIFICATE", certificate)));
            }
        }
    }
    let whole = !keys.is_empty() && !certificates.is_empty();
    if whole { Ok(keys + &certificates) } else { Err(ASN1Error::new(ASN1ErrorKind::Invalid)) }
}

/// The octets of a `ContentInfo` of data, and of a `CertBag`, which has the same form.
fn data(reader: BERReader<'_, '_>) -> ASN1Result<Vec<u8>> {
    reader.read_sequence(|reader| {
        reader.next().read_oid()?;
        reader.next().read_tagged(Tag::context(0), |reader| reader.read_bytes())
    })
}

/// What a bag is, and what is in it.
fn bag(reader: BERReader<'_, '_>) -> ASN1Result<(Vec<u64>, Vec<u8>)> {
    reader.read_sequence(|reader| {
        let kind = reader.next().read_oid()?.components().clone();
        let value = reader.next().read_tagged(Tag::context(0), |reader| reader.read_der())?;
        reader.read_optional(|attributes| attributes.read_der())?;
        Ok((kind, value))
    })
}
