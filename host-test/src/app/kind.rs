//! The kind of an app, and the check that a host has all its imports.

#[cfg(feature = "compose")]
use crate::component_types::is_keyfob;
use crate::component_types::{ComponentTypes, Wasi, is_release_of, list, version};
use crate::error::ComponentError;
#[cfg(feature = "compose")]
use crate::keyfob_half::is_reserved;

/// The packages of WASI 0.2 and 0.3. Sockets can be imported, because the standard libraries of some languages always do;
/// no connection is allowed. 0.3 has no `io`.
const GIVEN: [&str; 7] = ["cli", "clocks", "filesystem", "http", "io", "random", "sockets"];

/// The exports by which an app is run, the one that counts first: an app of WASI 0.3 may have a `main` too, which
/// wasm32-wasip2 exports as that of WASI 0.2.
const ENTRY_POINTS: [(AppKind, Wasi, &str, &str); 4] = [
    (AppKind::Http, Wasi::P3, "wasi:http/handler", "0.3."),
    (AppKind::Http, Wasi::P2, "wasi:http/incoming-handler", "0.2."),
    (AppKind::Command, Wasi::P3, "wasi:cli/run", "0.3."),
    (AppKind::Command, Wasi::P2, "wasi:cli/run", "0.2."),
];

/// How an app is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppKind {
    /// A command: it exports `wasi:cli/run`, and is run once with arguments.
    Command,
    /// An HTTP app: it exports `wasi:http/incoming-handler` (WASI 0.2) or `wasi:http/handler` (WASI 0.3), which is called for
    /// each request.
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
        if let Some((kind, _)) = entry_points(types).next() {
            return Ok(kind);
        }
        let drafts = list(types.exports().filter(|name| is_draft(name)));
        if !drafts.is_empty() {
            return Err(ComponentError::WasiDraft { exports: drafts });
        }
        if types.exports_keyfob() {
            return Err(ComponentError::IsKeyfob);
        }
        let exports = list(types.exports());
        let exports = if exports.is_empty() { "nothing".to_owned() } else { exports };
        Err(ComponentError::NoEntryPoint { exports })
    }

    /// The version of WASI of the export by which an app of this kind is run.
    pub(super) fn wasi(self, types: &ComponentTypes) -> Wasi {
        entry_points(types).find_map(|(kind, wasi)| (kind == self).then_some(wasi)).unwrap_or(Wasi::P2)
    }

    /// Fails if an app has only exports of WASI 0.2 and imports the Keyfob whose functions are `async`. Nothing is said of a
    /// component that has no such exports: it is a part of an app.
    #[cfg(feature = "compose")]
    pub(crate) fn check_waiting(types: &ComponentTypes) -> Result<(), ComponentError> {
        let mut entry_points = entry_points(types).peekable();
        let waits = entry_points.peek().is_none() || entry_points.any(|(_, wasi)| wasi == Wasi::P3);
        if waits || types.keyfob_wasi()? != Some(Wasi::P3) {
            return Ok(());
        }
        let exports = list(types.exports().filter(|name| ENTRY_POINTS.iter().any(|entry| is(name, entry.2, entry.3))));
        Err(ComponentError::CannotWait { exports, imports: list(types.imports().filter(|name| is_keyfob(name))) })
    }
}

/// The ways to run an app, the one that counts first.
fn entry_points(types: &ComponentTypes) -> impl Iterator<Item = (AppKind, Wasi)> {
    let exports = |interface, track| types.exports().any(|name| is(name, interface, track));
    ENTRY_POINTS
        .into_iter()
        .filter_map(move |(kind, wasi, interface, track)| exports(interface, track).then_some((kind, wasi)))
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
    let cure = if missing.iter().any(|name| is_draft(name)) {
        "build it with bindings of a release of WASI 0.3"
    } else {
        "put a component that exports it into the app first, for instance with `wac plug`"
    };
    let given = format!("WASI 0.2 and 0.3 ({})", GIVEN.join(", "));
    Err(ComponentError::MissingImports { imports: missing.join(", "), given, cure })
}

fn is_given(name: &str) -> bool {
    GIVEN.iter().any(|package| {
        name.strip_prefix("wasi:").and_then(|name| name.strip_prefix(package)).is_some_and(|rest| {
            let given = |track| version(rest).is_some_and(|version| is_release_of(track, version));
            rest.starts_with('/') && (given("0.2.") || given("0.3."))
        })
    })
}

fn is(name: &str, interface: &str, track: &str) -> bool {
    name.split_once('@').is_some_and(|(name, version)| name == interface && is_release_of(track, version))
}

/// Whether it is an interface of a draft of WASI 0.3, such as `wasi:cli/run@0.3.0-rc-2025-09-16`.
fn is_draft(name: &str) -> bool {
    name.starts_with("wasi:")
        && version(name).is_some_and(|version| version.starts_with("0.3.") && !is_release_of("0.3.", version))
}
