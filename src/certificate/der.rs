//! Reads DER (X.690): only the types that keys and certificates use, and without recursion.

use super::error::{CertificateError, DAMAGED};

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
/// `[0] EXPLICIT`: contains a value with its own tag.
pub(super) const EXPLICIT_0: u8 = 0xa0;
/// `[0] IMPLICIT`: replaces the tag of a value.
pub(super) const IMPLICIT_0: u8 = 0x80;

/// Reads a sequence of values.
#[derive(Clone, Copy)]
pub(super) struct Reader<'d> {
    rest: &'d [u8],
}

impl<'d> Reader<'d> {
    pub(super) fn new(bytes: &'d [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads the next value, whatever its tag is. Returns the tag, the content, and the whole encoding.
    pub(super) fn any(&mut self) -> Result<(u8, &'d [u8], &'d [u8]), CertificateError> {
        self.split().ok_or(DAMAGED)
    }

    /// Reads the next value, which must have this tag, and returns its content.
    pub(super) fn take(&mut self, tag: u8) -> Result<&'d [u8], CertificateError> {
        self.optional(tag).ok_or(DAMAGED)
    }

    /// Reads the next value if it has this tag, and returns its content.
    pub(super) fn optional(&mut self, tag: u8) -> Option<&'d [u8]> {
        let mut ahead = *self;
        let (found, content, _) = ahead.split()?;
        (found == tag).then(|| {
            *self = ahead;
            content
        })
    }

    /// Reads the next value, which must have this tag, and returns a reader of its content.
    pub(super) fn enter(&mut self, tag: u8) -> Result<Self, CertificateError> {
        self.take(tag).map(Self::new)
    }

    /// Reads an integer that is not negative. Returns its bytes without the leading zero, the most significant one
    /// first.
    pub(super) fn number(&mut self) -> Result<&'d [u8], CertificateError> {
        match self.take(INTEGER)? {
            [0, rest @ ..] => Ok(rest),
            [first, ..] if *first >= 0x80 => Err(DAMAGED),
            [] => Err(DAMAGED),
            bytes => Ok(bytes),
        }
    }

    /// Reads an integer that is not negative. Returns `u32::MAX` if it is larger.
    pub(super) fn small_number(&mut self) -> Result<u32, CertificateError> {
        let bytes = self.number()?;
        // `u32::MAX` is beyond the limit of every field that is read with this function.
        Ok(if bytes.len() > 4 { u32::MAX } else { bytes.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)) })
    }

    /// Reads the next value: its tag, its content, and the whole encoding. `None` if it is not valid.
    fn split(&mut self) -> Option<(u8, &'d [u8], &'d [u8])> {
        let (&tag, after) = self.rest.split_first()?;
        let (&first, mut after) = after.split_first()?;
        let mut length = usize::from(first);
        if first >= 0x80 {
            // 0x80 is the indefinite length of BER. Three bytes are enough for every file of the maximum size.
            let count = usize::from(first & 0x7f);
            if !(1..=3).contains(&count) {
                return None;
            }
            let (digits, rest) = after.split_at_checked(count)?;
            length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
            after = rest;
        }
        // None of the formats has tags of several bytes.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (content, rest) = after.split_at_checked(length)?;
        let whole = self.rest.get(..self.rest.len() - rest.len())?;
        self.rest = rest;
        Some((tag, content, whole))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn values_follow_each_other() {
        let mut reader = Reader::new(&[0x30, 0x03, 0x02, 0x01, 0x05, 0x04, 0x81, 0x01, 0xff]);
        assert_eq!(reader.optional(OCTET_STRING), None);
        assert_eq!(reader.enter(SEQUENCE).unwrap().small_number(), Ok(5));
        assert_eq!(reader.any(), Ok((OCTET_STRING, &[0xff][..], &[0x04, 0x81, 0x01, 0xff][..])));
        assert!(reader.is_empty());
    }

    #[test]
    fn invalid_der_is_an_error() {
        for bytes in [
            &[][..],
            &[0x02],
            &[0x02, 0x01],
            &[0x02, 0x82, 0x01],
            &[0x02, 0x80, 0x00, 0x00],
            &[0x02, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x02, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1],
            &[0x1f, 0x01, 0x00],
        ] {
            assert_eq!(Reader::new(bytes).any(), Err(DAMAGED), "{bytes:?}");
        }
    }

    #[test]
    fn numbers() {
        assert_eq!(Reader::new(&[2, 1, 0]).small_number(), Ok(0));
        assert_eq!(Reader::new(&[2, 2, 0, 0x80]).small_number(), Ok(128));
        assert_eq!(Reader::new(&[2, 6, 1, 0, 0, 0, 0, 0]).small_number(), Ok(u32::MAX));
        assert_eq!(Reader::new(&[2, 1, 0x80]).small_number(), Err(DAMAGED));
        assert_eq!(Reader::new(&[2, 0]).small_number(), Err(DAMAGED));
    }
}
