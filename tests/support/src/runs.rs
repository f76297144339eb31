//! Searches text for parts of secrets: runs of 16 characters, plain, spaced, percent-encoded, in base64 and in hexadecimal
//! digits.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::percent_decode_str;

/// The length of a run in bytes: a run is kept as a number of 128 bits.
const RUN: usize = 16;

/// What is left of a text for a comparison.
type Reading = fn(&str) -> Vec<u8>;

/// The text without white space, and in base64 of one alphabet.
fn dense(text: &str) -> Vec<u8> {
    let visible = text.bytes().filter(u8::is_ascii_graphic);
    visible
        .map(|byte| {
            if byte == b'-' {
                b'+'
            } else if byte == b'_' {
                b'/'
            } else {
                byte
            }
        })
        .collect()
}

/// Without case and white space.
fn caseless(text: &str) -> Vec<u8> {
    dense(text).to_ascii_lowercase()
}

/// Letters and digits without case.
fn alphanumeric(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect()
}

/// As printed, without case.
fn printed(text: &str) -> Vec<u8> {
    text.bytes().map(|byte| byte.to_ascii_lowercase()).collect()
}

/// The runs of 16 bytes.
fn runs(bytes: &[u8]) -> impl Iterator<Item = u128> {
    let numbers = bytes.iter().scan(0_u128, |run, byte| {
        *run = *run << 8 | u128::from(*byte);
        Some(*run)
    });
    numbers.skip(RUN - 1)
}

/// All runs of a text in one reading. Most runs of a secret are not in it, and the filter says so fast.
struct Runs {
    reading: Reading,
    filter: Vec<bool>,
    all: HashSet<u128>,
}

fn slot(run: u128) -> usize {
    let mixed = (run as u64 ^ (run >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 48) as usize
}

impl Runs {
    fn of(text: &str, reading: Reading) -> Self {
        let mut filter = vec![false; 1 << 16];
        let all: HashSet<u128> = runs(&reading(text)).collect();
        all.iter().for_each(|run| filter[slot(*run)] = true);
        Self { reading, filter, all }
    }

    fn has_run_of(&self, secret: &[u8]) -> bool {
        runs(secret).any(|run| self.filter[slot(run)] && self.all.contains(&run))
    }
}

/// A text, prepared for the search.
pub struct Searched {
    plain: Vec<Runs>,
    decoded: Option<Vec<Runs>>,
    encoded: Vec<Runs>,
}

impl Searched {
    pub fn new(text: &str) -> Self {
        let all = |text: &str| [printed, caseless, alphanumeric].map(|reading| Runs::of(text, reading)).into();
        let decoded = text.contains('%').then(|| percent_decode_str(text).decode_utf8_lossy().into_owned());
        Self {
            plain: all(text),
            decoded: decoded.map(|decoded| all(&decoded)),
            encoded: [dense, caseless].map(|reading| Runs::of(text, reading)).into(),
        }
    }

    /// Whether the text holds a run of the secret.
    pub fn has_run_of(&self, secret: &str) -> bool {
        let mut all = self.plain.iter().chain(self.decoded.iter().flatten());
        let is_found = all.any(|runs| runs.has_run_of(&(runs.reading)(secret)));
        let [base64, hexadecimal] = &self.encoded[..] else { unreachable!() };
        // At every alignment. Of the first characters, some encode what is before the secret.
        let encoded = ["", "x", "xy"].iter().any(|before| {
            let encoded = STANDARD_NO_PAD.encode(format!("{before}{secret}"));
            base64.has_run_of(&encoded.as_bytes()[(before.len() * 8).div_ceil(6)..])
        });
        let digits: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        is_found || encoded || hexadecimal.has_run_of(digits.as_bytes())
    }
}

/// Fails if the search misses a part of a secret, or finds one where there is none.
pub fn check_search() -> Result<(), String> {
    const SECRET: &str = "Ab1~Cd2/Ef3+Gh4.Ij5-Kl6_Mn7=Op8 Qr9!St0";
    let expect = |text: &str, found: bool| match Searched::new(text).has_run_of(SECRET) == found {
        true => Ok(()),
        false => Err(format!("found in {text:?}: {}", !found)),
    };
    let write = |part: &str, separator: &str, byte: fn(u8) -> String| {
        format!("< {} >", part.bytes().map(byte).collect::<Vec<_>>().join(separator))
    };
    for start in 0..=SECRET.len() - RUN {
        let part = &SECRET[start..start + RUN];
        for text in [
            format!("<{part}>"),
            format!("<{}>", part.to_lowercase()),
            write(part, "", |byte| format!("%{byte:02X}")),
            write(part, "", |byte| format!("%{byte:02x}")),
            write(part, "", |byte| format!("{byte:02x}")),
            write(part, " ", |byte| format!("{byte:02X}")),
            format!("<{}>", STANDARD_NO_PAD.encode(part)),
            format!("<{}>", STANDARD_NO_PAD.encode(format!("x{part}"))),
            format!("<{}>", STANDARD_NO_PAD.encode(format!("xy{part}")).replace('+', "-").replace('/', "_")),
        ] {
            expect(&text, true)?;
        }
        expect(&SECRET[start..start + RUN - 1], false)?;
    }
    let spaced: String = SECRET.chars().flat_map(|character| [character, ' ']).collect();
    expect(&spaced, true)?;
    expect(&spaced.replace(' ', ", "), true)?;
    expect("", false)?;
    expect("no part of a secret, but %41%42, 0123456789abcdef and QWJjZGVmZ2hpamtsbW5vcA", false)
}
