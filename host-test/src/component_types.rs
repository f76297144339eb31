//! What a component imports and exports, read without compiling it.

use std::fmt;

use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use crate::error::ComponentError;

/// The package that an app imports, without its version.
const KEYFOB: &str = "keyfob:azure/";

/// A version of WASI, and with it of Keyfob: each has a package `keyfob:azure` of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wasi {
    /// WASI 0.2. Calls block, and the package is `keyfob:azure@0.1.0`.
    P2,
    /// WASI 0.3. Calls are `async`, and the package is `keyfob:azure@0.2.0`.
    P3,
}

impl Wasi {
    /// The version of an interface of Keyfob: `keyfob:azure/simple@0.1.0` is for WASI 0.2. `None` for any other name or version.
    fn of_keyfob(name: &str) -> Option<Self> {
        let version = version(name).filter(|_| is_keyfob(name))?;
        [(Self::P2, "0.1."), (Self::P3, "0.2.")]
            .into_iter()
            .find_map(|(wasi, track)| is_release_of(track, version).then_some(wasi))
    }

    /// The command that writes the Keyfob component for this version.
    pub(crate) fn component_command(self) -> &'static str {
        match self {
            Self::P2 => "keyfob component FILE",
            Self::P3 => "keyfob component --wasi 0.3 FILE",
        }
    }
}

impl fmt::Display for Wasi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::P2 => "0.2",
            Self::P3 => "0.3",
        })
    }
}

/// The interface that `keyfob-config` exports, without its version.
pub(crate) const CONFIG: &str = "wasi:config/store@";

/// How a binary core module begins, and how a component does
/// (<https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions>).
const CORE_MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";
const WASM: [u8; 4] = *b"\0asm";

/// The names of a component's imports and exports, such as `wasi:cli/run@0.2.12`.
///
/// ```
/// use keyfob_host_test::{Build, ComponentTypes};
///
/// let keyfob = ComponentTypes::read(Build::default().bytes())?;
/// assert!(keyfob.exports_keyfob() && !keyfob.imports_keyfob());
/// assert!(keyfob.imports().all(|name| name.starts_with("wasi:")));
/// # Ok::<(), keyfob_host_test::ComponentError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ComponentTypes {
    imports: Vec<String>,
    exports: Vec<String>,
}

impl ComponentTypes {
    /// Reads a binary.
    ///
    /// # Errors
    /// [`ComponentError`] if it is no valid component.
    pub fn read(bytes: &[u8]) -> Result<Self, ComponentError> {
        if bytes.starts_with(&CORE_MODULE) {
            return Err(ComponentError::CoreModule);
        }
        if !bytes.starts_with(&WASM) {
            return Err(ComponentError::NotWasm);
        }
        Self::parse(bytes).map_err(|error| ComponentError::Invalid(error.into()))
    }

    fn parse(bytes: &[u8]) -> wasmparser::Result<Self> {
        Validator::new_with_features(WasmFeatures::all()).validate_all(bytes)?;
        let mut types = Self { imports: Vec::new(), exports: Vec::new() };
        // How many modules and components inside the component are open.
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(imports) if depth == 0 => {
                    for import in imports {
                        types.imports.push(import?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(exports) if depth == 0 => {
                    for export in exports {
                        types.exports.push(export?.name.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(types)
    }

    /// The names of its imports.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        self.imports.iter().map(String::as_str)
    }

    /// The names of its exports.
    pub fn exports(&self) -> impl Iterator<Item = &str> {
        self.exports.iter().map(String::as_str)
    }

    /// Whether it imports Keyfob, of any version.
    pub fn imports_keyfob(&self) -> bool {
        self.imports().any(is_keyfob)
    }

    /// The version of WASI of the Keyfob that it imports; `None` if it imports no Keyfob.
    ///
    /// # Errors
    /// [`ComponentError`] if it imports Keyfob of both versions, or of a version that is neither.
    pub fn keyfob_wasi(&self) -> Result<Option<Wasi>, ComponentError> {
        let imports = || self.imports().filter(|name| is_keyfob(name));
        let unknown = list(imports().filter(|name| Wasi::of_keyfob(name).is_none()));
        if !unknown.is_empty() {
            return Err(ComponentError::UnknownVersion { imports: unknown });
        }
        let mut versions = imports().filter_map(Wasi::of_keyfob);
        let first = versions.next();
        if versions.any(|other| Some(other) != first) {
            return Err(ComponentError::BothVersions { imports: list(imports()) });
        }
        Ok(first)
    }

    /// The version of WASI of the Keyfob that it exports; `None` if it exports none, or one of another version.
    #[cfg(feature = "compose")]
    pub(crate) fn exported_wasi(&self) -> Option<Wasi> {
        self.exports().find_map(Wasi::of_keyfob)
    }

    /// Whether it imports `wasi:config/store`, of any version.
    pub fn imports_config(&self) -> bool {
        self.imports().any(|name| name.starts_with(CONFIG))
    }

    /// Whether it exports Keyfob: it is Keyfob itself, or a component that passes Keyfob on.
    pub fn exports_keyfob(&self) -> bool {
        self.exports().any(is_keyfob)
    }
}

pub(crate) fn is_keyfob(name: &str) -> bool {
    name.starts_with(KEYFOB)
}

/// Names, as an error lists them.
pub(crate) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// Whether a version begins with `track`, such as `0.2.`, and is no draft: 0.2.0-rc-2023-11-10 is another interface.
pub(crate) fn is_release_of(track: &str, version: &str) -> bool {
    version.strip_prefix(track).is_some_and(|patch| patch.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The version in `package:name/interface@version`.
pub(crate) fn version(name: &str) -> Option<&str> {
    name.rsplit_once('@').map(|(_, version)| version)
}
