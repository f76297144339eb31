//! Renames the interfaces that Keyfob has for itself, before it is put into an app.

use std::borrow::Cow;

use wasmparser::{Parser, Payload};

use crate::keyfob_half::{INTERFACES, NAMESPACE};

/// The component with its imports of environment, folders and outgoing HTTP under [`NAMESPACE`]. A binary that is no
/// component is returned unchanged; composing it fails.
pub(crate) fn set_apart(component: &[u8]) -> Cow<'_, [u8]> {
    let Ok(names) = positions(component) else { return Cow::Borrowed(component) };
    let mut renamed = component.to_vec();
    for start in names {
        if let Some(namespace) = renamed.get_mut(start..start + NAMESPACE.len()) {
            namespace.copy_from_slice(NAMESPACE.as_bytes());
        }
    }
    Cow::Owned(renamed)
}

/// Where the names of the imports begin.
fn positions(component: &[u8]) -> wasmparser::Result<Vec<usize>> {
    let mut found = Vec::new();
    // How many modules and components inside the component are open.
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    let name = import?.name.name;
                    if INTERFACES.iter().any(|interface| name.starts_with(interface)) {
                        // The name is a part of `component`.
                        found.push(name.as_ptr().addr() - component.as_ptr().addr());
                    }
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
    use crate::compose::ComponentTypes;
    use crate::engine::Build;

    #[test]
    fn three_interfaces_are_renamed_and_nothing_else() {
        let keyfob = Build::default().bytes();
        let renamed = set_apart(keyfob);
        let (before, after) = (ComponentTypes::read(keyfob).unwrap(), ComponentTypes::read(&renamed).unwrap());
        let changed: Vec<(&str, &str)> = before.imports().zip(after.imports()).filter(|(a, b)| a != b).collect();
        let version = before.imports().next().unwrap().split_once('@').unwrap().1;
        let mut expected = INTERFACES.map(|name| name.strip_prefix("wasi:").unwrap().to_owned() + version);
        expected.sort();
        let mut names: Vec<String> = changed.iter().map(|(was, _)| was.replace("wasi:", "")).collect();
        names.sort();
        assert_eq!(names, expected);
        assert!(changed.iter().all(|(was, is)| is.strip_prefix(NAMESPACE) == was.strip_prefix("wasi")), "{changed:?}");
        assert!(before.exports().eq(after.exports()));
        assert_eq!(keyfob.len(), renamed.len());
        // Three names of four letters.
        assert_eq!(keyfob.iter().zip(&*renamed).filter(|(was, is)| was != is).count(), 12);
    }

    #[test]
    fn other_binaries_stay_as_they_are() {
        for bytes in [&b"hello"[..], b"\0asm\x0d\0\x01\0\x0a\xff", b""] {
            assert_eq!(&*set_apart(bytes), bytes);
        }
    }
}
