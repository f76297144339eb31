//! Takes the names out of a component: 12 KB of a table for debuggers that the linker writes and cargo's `strip` leaves.

/// The component without its custom sections, or `None` for bytes that are no component.
pub fn strip(component: &[u8]) -> Option<Vec<u8>> {
    // <https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md>
    let (preamble, mut rest) = component.split_at_checked(8)?;
    let mut stripped = preamble.to_vec();
    while let Some((&id, after_id)) = rest.split_first() {
        let (size, after_size) = leb128(after_id)?;
        let (_, after) = after_size.split_at_checked(size)?;
        let (section, _) = rest.split_at_checked(rest.len() - after.len())?;
        // 0 is a custom section.
        if id != 0 {
            stripped.extend_from_slice(section);
        }
        rest = after;
    }
    Some(stripped)
}

fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}
