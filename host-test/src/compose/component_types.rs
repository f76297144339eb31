//! What a component imports and exports, read without compiling it.

use anyhow::{Context, Result, bail};
use wac_graph::types::{Package, Types};

use super::is_keyfob;

/// How a binary core module begins, and how a component does
/// (<https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions>).
const CORE_MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";
const WASM: [u8; 4] = *b"\0asm";

/// The names of a component's imports and exports, such as `wasi:cli/run@0.2.12`.
#[derive(Clone, Debug)]
pub struct ComponentTypes {
    imports: Vec<String>,
    exports: Vec<String>,
}

impl ComponentTypes {
    /// Reads a binary. The error completes a sentence that begins with the file's name.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        if bytes.starts_with(&CORE_MODULE) {
            bail!(
                "is a core module and no component: build it for wasm32-wasip2, or make a component of it with \
                 `wasm-tools component new`"
            );
        }
        if !bytes.starts_with(&WASM) {
            bail!("is no WebAssembly binary");
        }
        let mut types = Types::new();
        let package = Package::from_bytes("app", None, bytes, &mut types).context("is no valid component")?;
        let world = &types[package.ty()];
        Ok(Self { imports: world.imports.keys().cloned().collect(), exports: world.exports.keys().cloned().collect() })
    }

    /// What it needs.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        self.imports.iter().map(String::as_str)
    }

    /// What it gives.
    pub fn exports(&self) -> impl Iterator<Item = &str> {
        self.exports.iter().map(String::as_str)
    }

    /// Whether Keyfob, of any version, is missing in it.
    pub fn imports_keyfob(&self) -> bool {
        self.imports().any(is_keyfob)
    }

    /// Whether it is Keyfob itself, or a component that hands Keyfob on.
    pub fn exports_keyfob(&self) -> bool {
        self.exports().any(is_keyfob)
    }
}
