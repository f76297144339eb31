//! The kind of an app, and the check that a host has all its imports.

use crate::component_types::{ComponentTypes, version};
use crate::error::ComponentError;
#[cfg(feature = "compose")]
use crate::keyfob_half::is_reserved;

/// The packages of WASI 0.2. Sockets can be imported, because the standard libraries of some languages always do;
/// no connection is allowed.
const GIVEN: [&str; 7] = ["cli", "clocks", "filesystem", "http", "io", "random", "sockets"];

/// How an app is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppKind {
    /// A command: it exports `wasi:cli/run`, and is run once with arguments.
    Command,
    /// An HTTP app: it exports `wasi:http/incoming-handler`, which is called for each request.
    Http,
}

impl AppKind {
    /// Reads the kind of an app from its exports. A component that has both is an HTTP app: wasm32-wasip2 makes every program
    /// with a `main` export `wasi:cli/run`, and wstd's servers have an empty one.
    ///
    /// # Errors
    /// [`ComponentError`] if it has neither.
    ///
    /// ```
    /// use keyfob_host_test::{Build, ComponentError, ComponentTypes, app::AppKind};
    ///
    /// let keyfob = ComponentTypes::read(Build::default().bytes())?;
    /// assert!(matches!(AppKind::of(&keyfob), Err(ComponentError::IsKeyfob)));
    /// # Ok::<(), ComponentError>(())
    /// ```
    pub fn of(types: &ComponentTypes) -> Result<Self, ComponentError> {
        for (kind, interface) in [(Self::Http, "wasi:http/incoming-handler"), (Self::Command, "wasi:cli/run")] {
            if types.exports().any(|name| is(name, interface, "0.2.")) {
                return Ok(kind);
            }
        }
        if types.exports().chain(types.imports()).any(is_wasi_0_3) {
            return Err(ComponentError::Wasi03);
        }
        if types.exports_keyfob() {
            return Err(ComponentError::IsKeyfob);
        }
        let exports: Vec<&str> = types.exports().collect();
        let exports = if exports.is_empty() { "nothing".to_owned() } else { exports.join(", ") };
        Err(ComponentError::NoEntryPoint { exports })
    }
}

/// Fails if the app imports what no host of this library has. The error names all such imports.
pub(super) fn check_imports(types: &ComponentTypes) -> Result<(), ComponentError> {
    refuse(types, |name| !is_given(name))
}

/// The same for an app that this library has composed: Keyfob's own interfaces are given too.
#[cfg(feature = "compose")]
pub(super) fn check_composed_imports(types: &ComponentTypes) -> Result<(), ComponentError> {
    refuse(types, |name| !is_given(name) && !is_reserved(name))
}

/// Fails if an app, before it is composed, imports an interface that only Keyfob gets: it would get Keyfob's grants.
#[cfg(feature = "compose")]
pub(super) fn check_reserved_imports(types: &ComponentTypes) -> Result<(), ComponentError> {
    refuse(types, is_reserved)
}

fn refuse(types: &ComponentTypes, is_missing: impl Fn(&str) -> bool) -> Result<(), ComponentError> {
    let missing: Vec<&str> = types.imports().filter(|name| is_missing(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let cure = if missing.iter().any(|name| is_wasi_0_3(name)) {
        "build it for WASI 0.2, with the target wasm32-wasip2"
    } else {
        "put a component that exports it into the app first, for instance with `wac plug`"
    };
    let given = format!("WASI 0.2 ({})", GIVEN.join(", "));
    Err(ComponentError::MissingImports { imports: missing.join(", "), given, cure })
}

fn is_given(name: &str) -> bool {
    GIVEN.iter().any(|package| {
        name.strip_prefix("wasi:").and_then(|name| name.strip_prefix(package)).is_some_and(|rest| {
            rest.starts_with('/') && version(rest).is_some_and(|version| is_release_of("0.2.", version))
        })
    })
}

fn is(name: &str, interface: &str, track: &str) -> bool {
    name.split_once('@').is_some_and(|(name, version)| name == interface && is_release_of(track, version))
}

fn is_release_of(track: &str, version: &str) -> bool {
    // A draft, such as 0.2.0-rc-2023-11-10, is another interface.
    version.strip_prefix(track).is_some_and(|patch| patch.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_wasi_0_3(name: &str) -> bool {
    name.starts_with("wasi:") && version(name).is_some_and(|version| version.starts_with("0.3."))
}
