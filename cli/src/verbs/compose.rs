//! `keyfob compose`: composes an app with Keyfob or keyfob-config.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use clap::Args;
use keyfob_host_test::Wasi;
use keyfob_host_test::compose::{ComponentTypes, compose, compose_config};

use super::component;
use crate::terminal::Progress;

const EXAMPLES: &str = "\
Examples:
  keyfob compose app.wasm app-with-keyfob.wasm
  keyfob compose app.wasm --with-certificates - > app-with-keyfob.wasm

An app that imports keyfob:azure@0.1 gets the component for WASI 0.2, and one that imports keyfob:azure@0.2 the one for
WASI 0.3. The result imports only WASI. `wac plug app.wasm --plug keyfob.wasm -o app-with-keyfob.wasm` does the same.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Compose {
    /// The app: a component that imports keyfob:azure or wasi:config
    #[arg(value_name = "APP.wasm")]
    app: PathBuf,
    /// The file to write; - is stdout
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Use the larger component that also supports client certificates
    #[arg(long)]
    with_certificates: bool,
}

/// Writes the composed app. Returns the file and its size as text; nothing if the reader
/// of stdout has left.
pub(super) fn run(args: &Compose) -> Result<Option<String>> {
    let name = args.app.display();
    let app = std::fs::read(&args.app).map_err(|error| anyhow!("{name} can't be read: {error}"))?;
    let progress = Progress::show(&format!("composing {name} with Keyfob"));
    let compose_app = || {
        let wasi = ComponentTypes::read(&app)?.keyfob_wasi()?.unwrap_or(Wasi::P2);
        let keyfob = component::selected_build(wasi, args.with_certificates).bytes();
        let configured = compose_config(&app)?;
        anyhow::Ok(compose(configured.as_deref().unwrap_or(&app), keyfob)?.or(configured))
    };
    let Some(composed) = compose_app().map_err(|error| anyhow!("{name} {error:#}"))? else {
        bail!("{name} imports neither keyfob:azure nor wasi:config: there is nothing to compose");
    };
    drop(progress);
    component::write_component(&args.file, &composed)
}
