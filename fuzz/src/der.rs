//! Writes DER: an RSA key and its certificate, valid or with some of their numbers replaced.

use arbitrary::Arbitrary;

/// A valid key of 2048 bits, in PKCS#8.
const KEY: &[u8] = include_bytes!("../../tests/certificates/key.der");

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// An object identifier that Keyfob knows, or another.
#[derive(Arbitrary, Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Oid<'a> {
    Rsa,
    Elliptic,
    Data,
    EncryptedData,
    KeyBag,
    ShroudedKeyBag,
    CertificateBag,
    X509,
    Pbe3Des,
    PbeRc2,
    PbeRc240,
    Pbes2,
    Pbkdf2,
    Aes128,
    Aes192,
    Aes256,
    Des3,
    Sha1,
    Sha256,
    HmacSha1,
    HmacSha256,
    Other(&'a [u8]),
}

/// Encodes an object identifier.
pub fn oid(oid: &Oid<'_>) -> Vec<u8> {
    let content: &[u8] = match oid {
        Oid::Rsa => b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01",
        Oid::Elliptic => b"\x2a\x86\x48\xce\x3d\x02\x01",
        Oid::Data => b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01",
        Oid::EncryptedData => b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06",
        Oid::KeyBag => b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01",
        Oid::ShroudedKeyBag => b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02",
        Oid::CertificateBag => b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x03",
        Oid::X509 => b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01",
        Oid::Pbe3Des => b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03",
        Oid::PbeRc2 => b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x05",
        Oid::PbeRc240 => b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x06",
        Oid::Pbes2 => b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d",
        Oid::Pbkdf2 => b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c",
        Oid::Aes128 => b"\x60\x86\x48\x01\x65\x03\x04\x01\x02",
        Oid::Aes192 => b"\x60\x86\x48\x01\x65\x03\x04\x01\x16",
        Oid::Aes256 => b"\x60\x86\x48\x01\x65\x03\x04\x01\x2a",
        Oid::Des3 => b"\x2a\x86\x48\x86\xf7\x0d\x03\x07",
        Oid::Sha1 => b"\x2b\x0e\x03\x02\x1a",
        Oid::Sha256 => b"\x60\x86\x48\x01\x65\x03\x04\x02\x01",
        Oid::HmacSha1 => b"\x2a\x86\x48\x86\xf7\x0d\x02\x07",
        Oid::HmacSha256 => b"\x2a\x86\x48\x86\xf7\x0d\x02\x09",
        Oid::Other(content) => content,
    };
    value(0x06, content)
}

/// Encodes a value with this tag.
pub fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a short value").to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let mut der = vec![tag];
    match content.len() {
        0..0x80 => der.push(length[3]),
        _ => {
            der.push(0x80 | (4 - zeros) as u8);
            der.extend(&length[zeros..]);
        }
    }
    der.extend(content);
    der
}

/// What takes the place of one of the key's numbers.
#[derive(Arbitrary, Debug, PartialEq, Eq)]
pub enum Number<'a> {
    /// The valid number.
    Valid,
    /// The valid number at this index of the key.
    Swapped(u8),
    /// The valid number with the byte at this index XORed with this value.
    Changed(u8, u8),
    /// The valid number without this many bytes at its end.
    Truncated(u8),
    /// These bytes.
    Other(&'a [u8]),
    /// This byte, repeated this many times.
    Repeated(u16, u8),
}

/// A key with some of its numbers replaced.
#[derive(Arbitrary, Debug)]
pub struct Key<'a> {
    /// How it differs from the valid key. An `Option`, so that the fuzzer often makes a valid key.
    pub change: Option<Change<'a>>,
}

/// The version, and the numbers n, e, d, p and q in the order of PKCS#1. Keyfob doesn't read the three after them.
#[derive(Arbitrary, Debug)]
pub struct Change<'a> {
    version: u8,
    numbers: [Number<'a>; 5],
}

impl Key<'_> {
    /// Whether the version and every number are valid.
    pub fn is_valid(&self) -> bool {
        let valid =
            |change: &Change<'_>| change.version == 0 && change.numbers.iter().all(|number| *number == Number::Valid);
        self.change.as_ref().is_none_or(valid)
    }

    fn numbers(&self) -> Vec<Vec<u8>> {
        let valid = valid_numbers();
        let Some(change) = &self.change else { return valid };
        let changed = change.numbers.iter().enumerate().map(|(at, number)| {
            let mut bytes = valid[at].clone();
            match number {
                Number::Valid => {}
                Number::Swapped(other) => bytes.clone_from(&valid[usize::from(*other) % valid.len()]),
                Number::Changed(index, mask) => {
                    let index = usize::from(*index) % bytes.len();
                    bytes[index] ^= mask;
                }
                Number::Truncated(count) => bytes.truncate(bytes.len().saturating_sub((*count).into())),
                Number::Other(other) => bytes = (*other).to_owned(),
                Number::Repeated(count, byte) => bytes = vec![*byte; usize::from(*count) % 20_000],
            }
            bytes
        });
        changed.chain(valid[5..].iter().cloned()).collect()
    }

    /// The private key in PKCS#8.
    pub fn pkcs8(&self) -> Vec<u8> {
        let version = self.change.as_ref().map_or(0, |change| change.version);
        let mut fields = value(INTEGER, &[version]);
        fields.extend(self.numbers().iter().flat_map(|number| value(INTEGER, number)));
        let key = value(OCTETS, &value(SEQUENCE, &fields));
        value(SEQUENCE, &[value(INTEGER, &[0]), value(SEQUENCE, &oid(&Oid::Rsa)), key].concat())
    }

    /// The certificate. The fields that Keyfob doesn't read are empty.
    pub fn certificate(&self) -> Vec<u8> {
        let numbers = self.numbers();
        let public = value(SEQUENCE, &[value(INTEGER, &numbers[0]), value(INTEGER, &numbers[1])].concat());
        let public = value(0x03, &[&[0], public.as_slice()].concat());
        let public = value(SEQUENCE, &[value(SEQUENCE, &oid(&Oid::Rsa)), public].concat());
        let unread_fields = value(SEQUENCE, b"").repeat(4);
        let signed = [value(0xa0, &value(INTEGER, &[2])), value(INTEGER, &[1]), unread_fields, public].concat();
        value(SEQUENCE, &[value(SEQUENCE, &signed), value(SEQUENCE, b""), value(0x03, b"\0")].concat())
    }
}

/// The eight numbers of the valid key, as DER encodes them.
fn valid_numbers() -> Vec<Vec<u8>> {
    let (_, key) = content(KEY);
    let (rest, _) = content(key);
    let (rest, _) = content(rest);
    let (_, octets) = content(rest);
    let (_, numbers) = content(octets);
    let (mut rest, _) = content(numbers);
    let mut numbers = Vec::new();
    while !rest.is_empty() {
        let (after, number) = content(rest);
        numbers.push(number.to_owned());
        rest = after;
    }
    numbers
}

/// Splits off the first value: returns the bytes after it, and its content.
fn content(der: &[u8]) -> (&[u8], &[u8]) {
    let (start, length) = match der[1] {
        0x81 => (3, usize::from(der[2])),
        0x82 => (4, usize::from(der[2]) << 8 | usize::from(der[3])),
        length => (2, length.into()),
    };
    (&der[start + length..], &der[start..start + length])
}
