//! Renames the interfaces that Keyfob has for itself, before it is put into an app.

use std::borrow::Cow;

use crate::keyfob_half::{INTERFACES, NAMESPACE};
use crate::rename::rename;

/// The component with its imports of environment, folders and outgoing HTTP under [`NAMESPACE`]. A binary that is no
/// component is returned unchanged; composing it fails.
pub(crate) fn set_apart(component: &[u8]) -> Cow<'_, [u8]> {
    let import = |name: &str| INTERFACES.iter().any(|interface| name.starts_with(interface)).then_some((0, NAMESPACE));
    rename(component, import, |_| None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::ComponentTypes;
    use crate::engine::Build;

    #[test]
    fn three_interfaces_are_renamed_and_nothing_else() {
        let names = ["cli/environment@", "filesystem/preopens@", "http/outgoing-handler@"];
        assert_renamed(Build::default().bytes(), names);
        #[cfg(feature = "p3")]
        assert_renamed(
            Build::P3WithoutCertificates.bytes(),
            ["cli/environment@", "filesystem/preopens@", "http/client@"],
        );
    }

    #[track_caller]
    fn assert_renamed(keyfob: &[u8], names: [&str; 3]) {
        let renamed = set_apart(keyfob);
        let (before, after) = (ComponentTypes::read(keyfob).unwrap(), ComponentTypes::read(&renamed).unwrap());
        let changed: Vec<(&str, &str)> = before.imports().zip(after.imports()).filter(|(a, b)| a != b).collect();
        let mut renamed_names: Vec<&str> = changed.iter().map(|(was, _)| was.strip_prefix("wasi:").unwrap()).collect();
        renamed_names.sort_unstable();
        let unversioned: Vec<&str> = renamed_names.iter().map(|name| &name[..=name.find('@').unwrap()]).collect();
        assert_eq!(unversioned, names);
        assert!(changed.iter().all(|(was, is)| is.strip_prefix(NAMESPACE) == was.strip_prefix("wasi")), "{changed:?}");
        assert!(before.exports().eq(after.exports()));
        assert_eq!(keyfob.len(), renamed.len());
        // Three names of four letters.
        assert_eq!(keyfob.iter().zip(&*renamed).filter(|(was, is)| was != is).count(), 12);
    }
}
