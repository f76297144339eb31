//! `keyfob component`: writes the built-in component.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::{Args, ValueEnum};
use keyfob_host_test::Wasi;
use keyfob_host_test::engine::{Build, config_component, embedded_component};

use crate::{files, output};

const EXAMPLES: &str = "\
Examples:
  keyfob component keyfob.wasm
  keyfob component --with-certificates - > keyfob.wasm
  keyfob component --wasi 0.3 keyfob-p3.wasm
  keyfob component --config keyfob-config.wasm
  keyfob component --embedded bindings/python/src/keyfob/keyfob.wasm

An app that imports keyfob:azure@0.1 needs the component for WASI 0.2, and one that imports keyfob:azure@0.2 the one for
WASI 0.3. `keyfob compose` chooses by the app.";

/// The versions of WASI that there is Keyfob for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum WasiVersion {
    #[value(name = "0.2")]
    P2,
    #[value(name = "0.3")]
    P3,
}

impl From<WasiVersion> for Wasi {
    fn from(version: WasiVersion) -> Self {
        match version {
            WasiVersion::P2 => Self::P2,
            WasiVersion::P3 => Self::P3,
        }
    }
}

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Component {
    /// The file to write; - is stdout
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write the larger component that also supports client certificates
    #[arg(long)]
    with_certificates: bool,
    /// Write the component for this version of WASI
    #[arg(long, value_name = "VERSION", default_value = "0.2")]
    wasi: WasiVersion,
    /// Write the component keyfob-config, which provides secrets through wasi:config
    #[arg(long, conflicts_with_all = ["with_certificates", "wasi"])]
    config: bool,
    /// Write the component for programs that embed it and send its requests; it supports client certificates
    #[arg(long, conflicts_with_all = ["with_certificates", "config", "wasi"])]
    embedded: bool,
}

/// Writes the built-in component. Returns the file and its size as text; nothing if the reader
/// of stdout has left.
pub(super) fn run(args: &Component) -> Result<Option<String>> {
    let bytes = match args {
        Component { config: true, .. } => config_component(),
        Component { embedded: true, .. } => embedded_component(),
        _ => selected_build(args.wasi.into(), args.with_certificates).bytes(),
    };
    write_component(&args.file, bytes)
}

/// The build for a version of WASI that `--with-certificates` selects.
pub(super) fn selected_build(wasi: Wasi, with_certificates: bool) -> Build {
    match (wasi, with_certificates) {
        (Wasi::P2, false) => Build::WithoutCertificates,
        (Wasi::P2, true) => Build::WithCertificates,
        (Wasi::P3, false) => Build::P3WithoutCertificates,
        (Wasi::P3, true) => Build::P3WithCertificates,
    }
}

/// Writes a component to a file or to stdout. Returns the file and its size as text; nothing if the reader
/// of stdout has left.
pub(super) fn write_component(file: &Path, bytes: &[u8]) -> Result<Option<String>> {
    if file == Path::new("-") {
        ensure!(
            !std::io::stdout().is_terminal(),
            "a component is binary and is not written to a terminal: pass a file name, or redirect stdout"
        );
        let all = output::write_bytes(bytes).context("stdout can't be written")?;
        return Ok(all.then(|| format!("stdout: {} bytes", bytes.len())));
    }
    let name = file.display();
    files::write_output(file, bytes).with_context(|| format!("{name} can't be written"))?;
    Ok(Some(format!("{name}: {} bytes", bytes.len())))
}
