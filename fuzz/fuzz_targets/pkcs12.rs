//! PKCS#12 files of valid structure with arbitrary parts, and RSA keys with arbitrary numbers. A file that is valid
//! throughout signs; another may sign, be rejected or fail to sign.
#![no_main]

use arbitrary::Arbitrary;
use keyfob_fuzz::certificate::sign;
use keyfob_fuzz::der::{Key, Oid, oid, value};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct File<'a> {
    version: Version,
    mac: Option<Mac<'a>>,
    parts: Vec<Part<'a>>,
    password: Option<&'a str>,
}

#[derive(Arbitrary, Debug, PartialEq, Eq)]
enum Version {
    Three,
    Other(u8),
}

#[derive(Arbitrary, Debug)]
struct Mac<'a> {
    hash: Oid<'a>,
    digest: &'a [u8],
    salt: &'a [u8],
    iterations: Option<u16>,
}

#[derive(Arbitrary, Debug)]
enum Part<'a> {
    Plain(Vec<Bag<'a>>),
    Encrypted(Algorithm<'a>, &'a [u8]),
    Other(&'a [u8]),
}

#[derive(Arbitrary, Debug)]
enum Bag<'a> {
    Key(Key<'a>),
    Shrouded(Algorithm<'a>, &'a [u8]),
    Certificate(Key<'a>),
    Other(Oid<'a>, &'a [u8]),
}

#[derive(Arbitrary, Debug)]
struct Algorithm<'a> {
    scheme: Oid<'a>,
    derivation: Oid<'a>,
    cipher: Oid<'a>,
    prf: Option<Oid<'a>>,
    salt: &'a [u8],
    iv: &'a [u8],
    iterations: u16,
}

impl Algorithm<'_> {
    fn der(&self) -> Vec<u8> {
        let salted = [value(0x04, self.salt), number(self.iterations)].concat();
        let parameters = if self.scheme == Oid::Pbes2 {
            let prf = self.prf.as_ref().map(|prf| value(0x30, &oid(prf))).unwrap_or_default();
            let derivation = value(0x30, &[salted, prf].concat());
            let derivation = value(0x30, &[oid(&self.derivation), derivation].concat());
            let cipher = value(0x30, &[oid(&self.cipher), value(0x04, self.iv)].concat());
            value(0x30, &[derivation, cipher].concat())
        } else {
            value(0x30, &salted)
        };
        value(0x30, &[oid(&self.scheme), parameters].concat())
    }
}

impl Bag<'_> {
    fn der(&self) -> Vec<u8> {
        let (kind, content) = match self {
            Self::Key(key) => (Oid::KeyBag, key.pkcs8()),
            Self::Shrouded(algorithm, data) => {
                (Oid::ShroudedKeyBag, value(0x30, &[algorithm.der(), value(0x04, data)].concat()))
            }
            Self::Certificate(key) => {
                let certificate = value(0xa0, &value(0x04, &key.certificate()));
                (Oid::CertificateBag, value(0x30, &[oid(&Oid::X509), certificate].concat()))
            }
            Self::Other(kind, content) => return value(0x30, &[oid(kind), value(0xa0, content)].concat()),
        };
        value(0x30, &[oid(&kind), value(0xa0, &content)].concat())
    }
}

impl Part<'_> {
    fn der(&self) -> Vec<u8> {
        match self {
            Self::Plain(bags) => {
                let bags = value(0x30, &bags.iter().flat_map(Bag::der).collect::<Vec<_>>());
                value(0x30, &[oid(&Oid::Data), value(0xa0, &value(0x04, &bags))].concat())
            }
            Self::Encrypted(algorithm, data) => {
                let content = [oid(&Oid::Data), algorithm.der(), value(0x80, data)].concat();
                let content = value(0x30, &[number(0), value(0x30, &content)].concat());
                value(0x30, &[oid(&Oid::EncryptedData), value(0xa0, &content)].concat())
            }
            Self::Other(content) => (*content).to_owned(),
        }
    }

    /// The keys and the certificates, if the part contains nothing else and isn't encrypted.
    fn contents(&self) -> Option<(Vec<&Key<'_>>, Vec<&Key<'_>>)> {
        let Self::Plain(bags) = self else { return None };
        let (mut keys, mut certificates) = (Vec::new(), Vec::new());
        for bag in bags {
            match bag {
                Bag::Key(key) => keys.push(key),
                Bag::Certificate(key) => certificates.push(key),
                _ => return None,
            }
        }
        Some((keys, certificates))
    }
}

impl File<'_> {
    fn der(&self) -> Vec<u8> {
        let version = match self.version {
            Version::Three => 3,
            Version::Other(version) => version.into(),
        };
        let parts = value(0x30, &self.parts.iter().flat_map(Part::der).collect::<Vec<_>>());
        let content = value(0x30, &[oid(&Oid::Data), value(0xa0, &value(0x04, &parts))].concat());
        let mac = self.mac.as_ref().map(|mac| {
            let digest = [value(0x30, &oid(&mac.hash)), value(0x04, mac.digest)].concat();
            let iterations = mac.iterations.map(number).unwrap_or_default();
            value(0x30, &[value(0x30, &digest), value(0x04, mac.salt), iterations].concat())
        });
        value(0x30, &[number(version), content, mac.unwrap_or_default()].concat())
    }

    /// Whether it must be accepted: one valid key with its certificate, without a MAC.
    fn is_valid(&self) -> bool {
        let contents: Option<Vec<_>> = self.parts.iter().map(Part::contents).collect();
        let Some(contents) = contents.filter(|_| self.version == Version::Three && self.mac.is_none()) else {
            return false;
        };
        let keys: Vec<_> = contents.iter().flat_map(|(keys, _)| keys).collect();
        let mut certificates = contents.iter().flat_map(|(_, certificates)| certificates);
        matches!(keys.as_slice(), [key] if key.is_valid()) && certificates.next().is_some_and(|it| it.is_valid())
    }
}

/// Encodes an INTEGER with as few bytes as possible.
fn number(number: u16) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    value(0x02, &[0, high, low][if high == 0 && low < 0x80 { 2 } else { usize::from(high < 0x80) }..])
}

fuzz_target!(|file: File<'_>| {
    let der = file.der();
    match sign(&der, file.password) {
        Ok(()) => {}
        Err(failure) => assert!(!file.is_valid() || der.len() > 64 * 1024, "{failure:?}: {file:?}"),
    }
});
