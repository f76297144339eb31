//! The component itself, for an app that is built here.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;

use keyfob_host_test::engine::{Build, config_component, embedded_component};

const EXAMPLES: &str = "\
Examples:
  keyfob component keyfob.wasm
  keyfob component --with-certificates - > keyfob.wasm
  keyfob component --config keyfob-config.wasm
  keyfob component --embedded bindings/python/src/keyfob/keyfob.wasm";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Component {
    /// Where to write it; - is stdout
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The component that can use certificates too, which is larger
    #[arg(long)]
    with_certificates: bool,
    /// The component keyfob-config instead: secrets as wasi:config, for apps with no Azure in them
    #[arg(long, conflicts_with = "with_certificates")]
    config: bool,
    /// The component for programs that embed it and send its requests; it has certificates
    #[arg(long, conflicts_with_all = ["with_certificates", "config"])]
    embedded: bool,
}

/// Writes the built-in component, and says what came where.
pub(super) fn run(args: &Component) -> Result<String> {
    let bytes = match args {
        Component { config: true, .. } => config_component(),
        Component { embedded: true, .. } => embedded_component(),
        _ => selected_build(args.with_certificates).bytes(),
    };
    write_component(&args.file, bytes)
}

/// The build that `--with-certificates` chooses.
pub(super) fn selected_build(with_certificates: bool) -> Build {
    if with_certificates { Build::WithCertificates } else { Build::WithoutCertificates }
}

/// Writes a component to a file, or to stdout, and says what came where.
pub(super) fn write_component(file: &Path, bytes: &[u8]) -> Result<String> {
    if file == Path::new("-") {
        let mut stdout = std::io::stdout().lock();
        ensure!(!stdout.is_terminal(), "a component is no text for a terminal: name a file, or lead stdout elsewhere");
        stdout.write_all(bytes).and_then(|()| stdout.flush()).context("stdout can't be written")?;
        return Ok(format!("stdout: {} bytes", bytes.len()));
    }
    let name = file.display();
    std::fs::write(file, bytes).with_context(|| format!("{name} can't be written"))?;
    Ok(format!("{name}: {} bytes", bytes.len()))
}
