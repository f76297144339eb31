//! A small digest, stable across machines and releases: for ids that are derived from names, and for signatures
//! that have to detect mistakes, not attacks.

/// FNV-1a of 128 bits over the parts, with a border after each. <https://datatracker.ietf.org/doc/html/rfc9923>
pub(super) fn digest(parts: &[&str]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

/// 32 hexadecimal digits, the form of a secret's version.
pub(super) fn hex(parts: &[&str]) -> String {
    format!("{:032x}", digest(parts))
}

/// A UUID in the form of version 4.
pub(super) fn uuid(parts: &[&str]) -> String {
    let bits = digest(parts) & !(0xf000 << 64) | (0x4000 << 64);
    let bits = bits & !(0xc000 << 48) | (0x8000 << 48);
    let text = format!("{bits:032x}");
    let cut = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    [cut(0, 8), cut(8, 12), cut(12, 16), cut(16, 20), cut(20, 32)].join("-")
}

#[cfg(test)]
mod tests {
    use super::{hex, uuid};

    #[test]
    fn same_parts_same_digest() {
        assert_eq!(uuid(&["a", "b"]), uuid(&["a", "b"]));
        assert_ne!(hex(&["a", "b"]), hex(&["ab", ""]));
        let id = uuid(&["a"]);
        assert_eq!((id.len(), &id[14..15]), (36, "4"), "{id}");
        assert!("89ab".contains(&id[19..20]), "{id}");
    }
}
