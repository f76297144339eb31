//! Finds the secrets of a request in text of a service, which may echo them whole or in part, spaced or encoded.
//!
//! The text is read in several ways: as it is, without white space, percent-decoded, as base64, as hexadecimal digits. In
//! each reading, a run of the secret's bytes is searched for by the hashes of all runs of that length in the text. The time
//! grows with the sum of both lengths and not with their product, and the memory with the length of the text only.

use alloc::collections::BinaryHeap;

use crate::prelude::*;

/// The length from which a part of a secret is masked, in characters. A shorter secret is masked as a whole.
const RUN: usize = 16;
/// The whole bytes that 16 characters of base64 contain, wherever they begin.
const BASE64_RUN: usize = 11;
/// The whole bytes that 16 hexadecimal digits contain, wherever they begin.
const HEX_RUN: usize = 7;
/// Shorter values are not secrets, and masking them would make the text unreadable.
pub(crate) const SHORTEST: usize = 6;

/// A byte of a reading, and the characters of the text that it comes from: the first, and the one after the last.
#[derive(Clone, Copy)]
struct Piece {
    byte: u8,
    start: u16,
    end: u16,
}

/// The bytes that two texts are compared by. ASCII letters are compared without case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// All.
    Whole,
    /// Those that are printed, in one line.
    Printed,
    /// Visible ASCII without `+`, which is a space in forms. White space may have been added or lost.
    Visible,
    /// ASCII letters and digits. Any separators may have been added or lost.
    Alphanumeric,
}

impl Form {
    /// The byte to compare; `None` if it is left out.
    fn byte(self, byte: u8) -> Option<u8> {
        let is_compared = match self {
            Self::Whole => true,
            Self::Printed => byte != b'\r',
            Self::Visible => byte.is_ascii_graphic() && byte != b'+',
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
        };
        let is_space = matches!(byte, b'\n' | b'\t') && self != Self::Whole;
        is_compared.then_some(if is_space { b' ' } else { byte.to_ascii_lowercase() })
    }

    fn apply(self, pieces: &[Piece]) -> Vec<Piece> {
        pieces.iter().filter_map(|piece| Some(Piece { byte: self.byte(piece.byte)?, ..*piece })).collect()
    }
}

/// Readings of the text that are compared with one form of the secret.
struct Readings {
    form: Form,
    /// The length of a run that is searched for, in bytes.
    run: usize,
    readings: Vec<Vec<Piece>>,
}

/// Whether each of the first 65,535 characters of the text belongs to a run that a secret contains.
pub(crate) fn masked<'s>(text: &[char], secrets: impl Iterator<Item = &'s str>) -> Vec<bool> {
    let mut masked = vec![false; text.len()];
    let mut readings = None;
    for secret in secrets.filter(|secret| secret.len() >= SHORTEST) {
        for readings in readings.get_or_insert_with(|| read(text)) {
            readings.mark(Bytes { rest: secret.as_bytes(), unescape: false }, &mut masked);
            // A service may decode a value once more that has `%` in it, and quote what comes out.
            if secret.contains('%') {
                readings.mark(Bytes { rest: secret.as_bytes(), unescape: true }, &mut masked);
            }
        }
    }
    // A plus sign at the end, which is left out when runs are compared.
    let mut previous = false;
    for (character, masked) in text.iter().zip(&mut masked) {
        *masked |= previous && *character == '+';
        previous = *masked;
    }
    masked
}

/// The bytes of a secret, with escapes replaced if `unescape` is set. The secret is not copied.
#[derive(Clone)]
struct Bytes<'s> {
    rest: &'s [u8],
    unescape: bool,
}

impl Iterator for Bytes<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let escape = if self.unescape { escape(|index| self.rest.get(index).copied()) } else { None };
        let (length, byte) = escape.or_else(|| Some((1, *self.rest.first()?)))?;
        self.rest = self.rest.get(length..).unwrap_or_default();
        Some(byte)
    }
}

/// All readings of a text.
fn read(text: &[char]) -> Vec<Readings> {
    let mut plain = vec![pieces(text)];
    // Twice, because a form may have been encoded in a URL.
    for _ in 0..2 {
        let decoded = plain.last().map(|last| unescaped(last)).unwrap_or_default();
        if plain.last().is_none_or(|last| last.len() == decoded.len()) {
            break;
        }
        plain.push(decoded);
    }
    let apply = |form: Form| plain.iter().map(|pieces| form.apply(pieces)).collect();
    let decode = |decoder: fn(&[Piece]) -> Vec<Vec<Piece>>| {
        plain.iter().flat_map(|it| decoder(it)).map(|it| Form::Whole.apply(&it)).collect()
    };
    vec![
        Readings { form: Form::Printed, run: RUN, readings: apply(Form::Printed) },
        Readings { form: Form::Visible, run: RUN, readings: apply(Form::Visible) },
        Readings { form: Form::Alphanumeric, run: RUN, readings: apply(Form::Alphanumeric) },
        Readings { form: Form::Whole, run: BASE64_RUN, readings: decode(base64_decoded) },
        Readings { form: Form::Whole, run: HEX_RUN, readings: decode(hex_decoded) },
    ]
}

/// The bytes of the characters.
fn pieces(text: &[char]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (start, character) in (0..u16::MAX).zip(text) {
        let mut buffer = [0; 4];
        let bytes = character.encode_utf8(&mut buffer).bytes();
        pieces.extend(bytes.map(|byte| Piece { byte, start, end: start + 1 }));
    }
    pieces
}

/// The length of the escape that the bytes begin with, and what it stands for: `%41`, or `\u0041` as in JSON.
fn escape(byte: impl Fn(usize) -> Option<u8>) -> Option<(usize, u8)> {
    let digits = match byte(0)? {
        b'%' => 1,
        b'\\' if [byte(1), byte(2), byte(3)] == [Some(b'u'), Some(b'0'), Some(b'0')] => 4,
        _ => return None,
    };
    Some((digits + 2, hex(byte(digits)?)? * 16 + hex(byte(digits + 1)?)?))
}

/// Replaces escapes. Everything else stays.
fn unescaped(pieces: &[Piece]) -> Vec<Piece> {
    let mut decoded = Vec::new();
    let mut rest = pieces;
    while let Some(first) = rest.first() {
        let (length, byte) = escape(|index| Some(rest.get(index)?.byte)).unwrap_or((1, first.byte));
        let end = rest.get(length - 1).unwrap_or(first).end;
        decoded.push(Piece { byte, start: first.start, end });
        rest = rest.get(length..).unwrap_or_default();
    }
    decoded
}

/// The value of a hexadecimal digit.
fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The value of a character of base64 or base64url.
fn sextet(character: u8) -> Option<u8> {
    Some(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Reads the text as base64 of every alignment. Characters that base64 does not have are left out.
fn base64_decoded(pieces: &[Piece]) -> Vec<Vec<Piece>> {
    digits(pieces, sextet, 6)
}

/// Reads the text as hexadecimal digits of both alignments. Other characters are left out.
fn hex_decoded(pieces: &[Piece]) -> Vec<Vec<Piece>> {
    digits(pieces, hex, 4)
}

/// Reads digits of `bits` bits each as bytes, once for each place in a group of digits where the text may begin. Four digits
/// of base64 are three bytes, two hexadecimal digits one.
fn digits(pieces: &[Piece], value: fn(u8) -> Option<u8>, bits: u32) -> Vec<Vec<Piece>> {
    let digits: Vec<Piece> =
        pieces.iter().filter_map(|piece| Some(Piece { byte: value(piece.byte)?, ..*piece })).collect();
    let read_from = |place: u32| {
        // The digits of the group that are missing at the beginning are taken as 0.
        let (mut buffer, mut filled) = (0_u32, place * bits % 8);
        let mut start = None;
        let mut bytes = Vec::new();
        for digit in &digits {
            let first = *start.get_or_insert(digit.start);
            buffer = buffer << bits | u32::from(digit.byte);
            filled += bits;
            if filled >= 8 {
                filled -= 8;
                let [.., byte] = (buffer >> filled).to_be_bytes();
                bytes.push(Piece { byte, start: first, end: digit.end });
                start = (filled > 0).then_some(digit.start);
            }
        }
        bytes
    };
    (0..if bits == 6 { 4 } else { 2 }).map(read_from).collect()
}

/// The base of the rolling hash: an odd number whose bits are mixed.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hashes of all runs of `length` bytes, with the index after each run.
fn runs(bytes: impl Iterator<Item = u8>, length: usize) -> impl Iterator<Item = (usize, u64)> {
    // The factor that the oldest byte of a run has when the next byte comes.
    let oldest_factor = (0..length).fold(1_u64, |factor, _| factor.wrapping_mul(BASE));
    let mut recent = [0_u8; RUN];
    let mut hash = 0_u64;
    bytes.enumerate().filter_map(move |(index, byte)| {
        let oldest = recent.get_mut(index % length)?;
        hash = hash.wrapping_mul(BASE).wrapping_add(u64::from(byte) + 1).wrapping_sub(if index >= length {
            oldest_factor.wrapping_mul(u64::from(*oldest) + 1)
        } else {
            0
        });
        *oldest = byte;
        (index + 1 >= length).then_some((index + 1, hash))
    })
}

/// The hashes of all runs of a reading.
fn runs_of(reading: &[Piece], length: usize) -> impl Iterator<Item = (usize, u64)> {
    runs(reading.iter().map(|piece| piece.byte), length)
}

impl Readings {
    /// Marks the characters of each run that the secret contains. A hash that matches by chance masks too much, not too
    /// little.
    fn mark(&self, secret: Bytes<'_>, masked: &mut [bool]) {
        let secret = || secret.clone().filter_map(|byte| self.form.byte(byte));
        let length = secret().take(self.run).count();
        if length < SHORTEST {
            return;
        }
        // Sorted by a heap: the sort of slices would take 2 KB of the component more.
        let known: BinaryHeap<u64> =
            self.readings.iter().flat_map(|it| runs_of(it, length).map(|(_, hash)| hash)).collect();
        let mut known = known.into_sorted_vec();
        known.dedup();
        let mut found = vec![false; known.len()];
        // Most runs of the secret are not in the text, and this filter says so faster than the search.
        let bit = |hash: u64| ((hash >> 58) as usize, 1_u64 << ((hash >> 52) & 63));
        let mut filter = [0_u64; 64];
        for (word, bit) in known.iter().map(|hash| bit(*hash)) {
            if let Some(word) = filter.get_mut(word) {
                *word |= bit;
            }
        }
        for (_, hash) in runs(secret(), length) {
            let (word, bit) = bit(hash);
            if filter.get(word).is_some_and(|word| word & bit != 0)
                && let Ok(index) = known.binary_search(&hash)
                && let Some(found) = found.get_mut(index)
            {
                *found = true;
            }
        }
        if !found.contains(&true) {
            return;
        }
        for reading in &self.readings {
            for (end, hash) in runs_of(reading, length) {
                let is_found = known.binary_search(&hash).is_ok_and(|index| found.get(index) == Some(&true));
                let run = reading.get(end - length..end).unwrap_or_default();
                if let (true, Some(first), Some(last)) = (is_found, run.first(), run.last()) {
                    masked.get_mut(first.start.into()..last.end.into()).unwrap_or_default().fill(true);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
