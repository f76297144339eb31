//! What kind of app a component is, and whether a host can give it all that it imports.

use anyhow::{Result, bail};

use crate::compose::{ComponentTypes, version};

/// What WASI 0.2 consists of. Sockets can be imported, because the standard libraries of some languages always do;
/// no connection is ever allowed.
const GIVEN: [&str; 7] = ["cli", "clocks", "filesystem", "http", "io", "random", "sockets"];

/// How an app is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppKind {
    /// Once, with arguments: it exports `wasi:cli/run`.
    Command,
    /// With each request: it exports `wasi:http/incoming-handler`.
    Http,
}

impl AppKind {
    /// The entry of a component. One that has both is a command. The error completes a sentence that begins with the
    /// file's name.
    pub fn of(outline: &ComponentTypes) -> Result<Self> {
        for (entry, interface) in [(Self::Command, "wasi:cli/run"), (Self::Http, "wasi:http/incoming-handler")] {
            if outline.exports().any(|name| is(name, interface, "0.2.")) {
                return Ok(entry);
            }
        }
        if outline.exports().chain(outline.imports()).any(is_wasi_0_3) {
            bail!("is made for WASI 0.3, and this host runs WASI 0.2: build it for wasm32-wasip2");
        }
        if outline.exports_keyfob() {
            bail!(
                "is Keyfob itself and no app: give a component that imports it, or call it with `keyfob get-secret` or \
                 `keyfob get-token`"
            );
        }
        let exports: Vec<&str> = outline.exports().collect();
        let exports = if exports.is_empty() { "nothing".to_owned() } else { exports.join(", ") };
        bail!(
            "is no app that can be run: it exports {exports}, where a command exports wasi:cli/run@0.2 and an app that \
             serves HTTP wasi:http/incoming-handler@0.2"
        )
    }
}

/// Fails at an import that no host of this library gives, with all of them. The error completes a sentence that begins
/// with the file's name.
pub(super) fn every_import_is_given(outline: &ComponentTypes) -> Result<()> {
    let missing: Vec<&str> = outline.imports().filter(|name| !is_given(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let cure = if missing.iter().any(|name| is_wasi_0_3(name)) {
        "build it for WASI 0.2, with the target wasm32-wasip2"
    } else {
        "put a component that exports it into the app first, for instance with `wac plug`"
    };
    bail!(
        "imports {}, which this host does not give: it gives WASI 0.2 ({}) and Keyfob; {cure}",
        missing.join(", "),
        GIVEN.join(", ")
    )
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
