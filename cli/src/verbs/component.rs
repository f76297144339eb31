//! `keyfob component`: writes the built-in component.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use keyfob_host_test::engine::{Build, config_component, embedded_component};

use crate::{files, output};

const EXAMPLES: &str = "\
Examples:
  keyfob component keyfob.wasm
  keyfob component --with-certificates - > keyfob.wasm
  keyfob component --config keyfob-config.wasm
  keyfob component --embedded bindings/python/src/keyfob/keyfob.wasm";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Component {
    /// The file to write; - is stdout
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write the larger component that also supports client certificates
    #[arg(long)]
    with_certificates: bool,
    /// Write the component keyfob-config, which provides secrets through wasi:config
    #[arg(long, conflicts_with = "with_certificates")]
    config: bool,
    /// Write the component for programs that embed it and send its requests; it supports client certificates
    #[arg(long, conflicts_with_all = ["with_certificates", "config"])]
    embedded: bool,
}

/// Writes the built-in component. Returns the file and its size as text; nothing if the reader
/// of stdout has left.
pub(super) fn run(args: &Component) -> Result<Option<String>> {
    let bytes = match args {
        Component { config: true, .. } => config_component(),
        Component { embedded: true, .. } => embedded_component(),
        _ => selected_build(args.with_certificates).bytes(),
    };
    write_component(&args.file, bytes)
}

/// The build that `--with-certificates` selects.
pub(super) fn selected_build(with_certificates: bool) -> Build {
    if with_certificates { Build::WithCertificates } else { Build::WithoutCertificates }
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
