//! Reading DER (X.690): the few kinds of value that keys and certificates are made of. Never recursive.

use super::error::{CertificateError, DAMAGED};

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
/// `[0]`, holding another value.
pub(super) const EXPLICIT_0: u8 = 0xa0;
/// `[0]` in place of another value's own tag.
pub(super) const IMPLICIT_0: u8 = 0x80;

/// Reads values one after the other.
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

    /// The next value whatever it is: its tag, its content, and both as they stand.
    pub(super) fn any(&mut self) -> Result<(u8, &'d [u8], &'d [u8]), CertificateError> {
        self.split().ok_or(DAMAGED)
    }

    /// The content of the next value, which has this tag.
    pub(super) fn take(&mut self, tag: u8) -> Result<&'d [u8], CertificateError> {
        self.optional(tag).ok_or(DAMAGED)
    }

    /// The same, if the next value has this tag.
    pub(super) fn optional(&mut self, tag: u8) -> Option<&'d [u8]> {
        let mut ahead = *self;
        let (found, content, _) = ahead.split()?;
        (found == tag).then(|| {
            *self = ahead;
            content
        })
    }

    /// What is inside the next value, which has this tag.
    pub(super) fn enter(&mut self, tag: u8) -> Result<Self, CertificateError> {
        self.take(tag).map(Self::new)
    }

    /// A number that is not negative, without its leading zero.
    pub(super) fn number(&mut self) -> Result<&'d [u8], CertificateError> {
        match self.take(INTEGER)? {
            [0, rest @ ..] => Ok(rest),
            [first, ..] if *first >= 0x80 => Err(DAMAGED),
            [] => Err(DAMAGED),
            bytes => Ok(bytes),
        }
    }

    /// The same, where it is a small one.
    pub(super) fn small(&mut self) -> Result<u32, CertificateError> {
        let bytes = self.number()?;
        // A larger one is too large for all that is small here.
        Ok(if bytes.len() > 4 { u32::MAX } else { bytes.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)) })
    }

    fn split(&mut self) -> Option<(u8, &'d [u8], &'d [u8])> {
        let (&tag, after) = self.rest.split_first()?;
        let (&first, mut after) = after.split_first()?;
        let mut length = usize::from(first);
        if first >= 0x80 {
            // 0x80 would be BER's indefinite length. Three bytes count further than any file here is long.
            let count = usize::from(first & 0x7f);
            if !(1..=3).contains(&count) {
                return None;
            }
            let (digits, rest) = after.split_at_checked(count)?;
            length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
            after = rest;
        }
        // Tags of several bytes stand in none of the formats.
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
        assert_eq!(reader.enter(SEQUENCE).unwrap().small(), Ok(5));
        assert_eq!(reader.any(), Ok((OCTET_STRING, &[0xff][..], &[0x04, 0x81, 0x01, 0xff][..])));
        assert!(reader.is_empty());
    }

    #[test]
    fn what_is_no_der_is_an_error() {
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
        assert_eq!(Reader::new(&[2, 1, 0]).small(), Ok(0));
        assert_eq!(Reader::new(&[2, 2, 0, 0x80]).small(), Ok(128));
        assert_eq!(Reader::new(&[2, 6, 1, 0, 0, 0, 0, 0]).small(), Ok(u32::MAX));
        assert_eq!(Reader::new(&[2, 1, 0x80]).small(), Err(DAMAGED));
        assert_eq!(Reader::new(&[2, 0]).small(), Err(DAMAGED));
    }
}
