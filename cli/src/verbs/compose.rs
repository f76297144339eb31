//! An app with Keyfob put into it, or keyfob-config in front of it, for a host elsewhere.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use clap::Args;

use super::component;
use crate::terminal::Progress;
use keyfob_host_test::compose::{compose, configure};

const EXAMPLES: &str = "\
Examples:
  keyfob compose app.wasm app-with-keyfob.wasm
  keyfob compose app.wasm --with-certificates - > app-with-keyfob.wasm

What comes out imports WASI alone: `wac plug app.wasm --plug keyfob.wasm -o app-with-keyfob.wasm` does the same.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Compose {
    /// The app: a component that imports keyfob:azure, or reads wasi:config
    #[arg(value_name = "APP.wasm")]
    app: PathBuf,
    /// Where to write it; - is stdout
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Put the component into it that can use certificates too, which is larger
    #[arg(long)]
    with_certificates: bool,
}

/// Writes the app with the built-in component in it, and says what came where.
pub(super) fn run(args: &Compose) -> Result<String> {
    let name = args.app.display();
    let app = std::fs::read(&args.app).map_err(|error| anyhow!("{name} can't be read: {error}"))?;
    let progress = Progress::show(&format!("putting Keyfob into {name}"));
    let keyfob = component::selected_build(args.with_certificates).bytes();
    let compose_app = || {
        let configured = configure(&app)?;
        anyhow::Ok(compose(configured.as_deref().unwrap_or(&app), keyfob)?.or(configured))
    };
    let Some(composed) = compose_app().map_err(|error| anyhow!("{name} {error:#}"))? else {
        bail!("{name} imports nothing of keyfob:azure and reads no wasi:config: there is nothing to put into it");
    };
    drop(progress);
    component::write_component(&args.file, &composed)
}
