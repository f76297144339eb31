//! Replaces parts of the names of a component's imports and exports by as many other letters, so that the rest of the binary
//! stays as it is.

use std::borrow::Cow;

use wasmparser::{Parser, Payload};

/// What replaces a part of a name: where it begins in the name, and the new letters.
pub(crate) type Replacement = (usize, &'static str);

/// The component with other names: `import` and `export` say for each name what is replaced. A binary that is no component is
/// returned unchanged; whatever is done with it fails.
pub(crate) fn rename<'a>(
    component: &'a [u8],
    import: impl Fn(&str) -> Option<Replacement>,
    export: impl Fn(&str) -> Option<Replacement>,
) -> Cow<'a, [u8]> {
    let Ok(replacements) = replacements(component, import, export) else { return Cow::Borrowed(component) };
    if replacements.is_empty() {
        return Cow::Borrowed(component);
    }
    let mut renamed = component.to_vec();
    for (start, letters) in replacements {
        if let Some(place) = renamed.get_mut(start..start + letters.len()) {
            place.copy_from_slice(letters.as_bytes());
        }
    }
    Cow::Owned(renamed)
}

/// Where each replaced part begins in the component.
fn replacements(
    component: &[u8],
    import: impl Fn(&str) -> Option<Replacement>,
    export: impl Fn(&str) -> Option<Replacement>,
) -> wasmparser::Result<Vec<Replacement>> {
    let mut found = Vec::new();
    // The name is a part of `component`.
    let mut add = |name: &str, replacement: Option<Replacement>| {
        found.extend(replacement.map(|(at, letters)| (name.as_ptr().addr() - component.as_ptr().addr() + at, letters)));
    };
    // How many modules and components inside the component are open.
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for name in imports {
                    let name = name?.name.name;
                    add(name, import(name));
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                for name in exports {
                    let name = name?.name.name;
                    add(name, export(name));
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_binaries_stay_as_they_are() {
        for bytes in [&b"hello"[..], b"\0asm\x0d\0\x01\0\x0a\xff", b""] {
            assert_eq!(&*rename(bytes, |_| Some((0, "x")), |_| Some((0, "x"))), bytes);
        }
    }
}
