//! `keyfob wit`: writes the interface that apps import.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use super::component::WasiVersion;

const EXAMPLES: &str = "\
Examples:
  keyfob wit wit/deps/keyfob-azure
  keyfob wit keyfob-azure
  keyfob wit --wasi 0.3 wit/deps/keyfob-azure

An app's own world then has the line `include keyfob:azure/imports@0.1.0;`, or for an app of WASI 0.3 with --wasi 0.3
`include keyfob:azure/imports@0.2.0;`, whose functions that wait are async. Apps in Rust need no WIT: cargo add keyfob.";

/// A WIT file: its name and its text.
type File = (&'static str, &'static str);

/// The files of `wit/`.
const FILES: [File; 5] = [
    ("identity.wit", include_str!("../../../wit/identity.wit")),
    ("secrets.wit", include_str!("../../../wit/secrets.wit")),
    ("simple.wit", include_str!("../../../wit/simple.wit")),
    ("types.wit", include_str!("../../../wit/types.wit")),
    ("worlds.wit", include_str!("../../../wit/worlds.wit")),
];

/// The files of `wit-0.2/`.
const ASYNC_FILES: [File; 5] = [
    ("identity.wit", include_str!("../../../wit-0.2/identity.wit")),
    ("secrets.wit", include_str!("../../../wit-0.2/secrets.wit")),
    ("simple.wit", include_str!("../../../wit-0.2/simple.wit")),
    ("types.wit", include_str!("../../../wit-0.2/types.wit")),
    ("worlds.wit", include_str!("../../../wit-0.2/worlds.wit")),
];

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Wit {
    /// The folder to write the files into, created if needed; for an app with a WIT folder wit/deps/keyfob-azure
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Write the interface for apps of this version of WASI
    #[arg(long, value_name = "VERSION", default_value = "0.2")]
    wasi: WasiVersion,
}

/// Writes the package `keyfob:azure`. Returns the folder and what it holds as text.
pub(super) fn run(args: &Wit) -> Result<Option<String>> {
    let folder = &args.dir;
    let files = match args.wasi {
        WasiVersion::P2 => &FILES,
        WasiVersion::P3 => &ASYNC_FILES,
    };
    refuse_foreign_files(folder)?;
    fs::create_dir_all(folder).with_context(|| format!("{} can't be created", folder.display()))?;
    for (name, text) in files {
        let file = folder.join(name);
        fs::write(&file, text).with_context(|| format!("{} can't be written", file.display()))?;
    }
    Ok(Some(format!("{}: {} files of {}", folder.display(), files.len(), package(files))))
}

/// Fails if the folder has WIT files of another package: a folder is one package.
fn refuse_foreign_files(folder: &Path) -> Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("{} can't be read", folder.display())),
    };
    for entry in entries {
        let path = entry.with_context(|| format!("{} can't be read", folder.display()))?.path();
        if path.extension().is_none_or(|extension| extension != "wit") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        if !text.lines().any(|line| line.trim_start().starts_with("package keyfob:azure@")) {
            bail!(
                "{} is of another package: name a folder of its own, such as {}",
                path.display(),
                folder.join("deps").join("keyfob-azure").display()
            );
        }
    }
    Ok(())
}

/// The package's name and version, as the files begin.
fn package(files: &[File; 5]) -> &'static str {
    let (_, types) = files[3];
    types.lines().next().unwrap_or_default().trim_start_matches("package ").trim_end_matches(';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_all_of_the_package() {
        for (folder, files, version) in [("wit", FILES, "0.1.0"), ("wit-0.2", ASYNC_FILES, "0.2.0")] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
            let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<String> = entries.collect();
            names.sort();
            assert_eq!(names, files.map(|(name, _)| name));
            assert_eq!(package(&files), format!("keyfob:azure@{version}"));
            // The help names the world that there is.
            assert!(EXAMPLES.contains(&format!("`include keyfob:azure/imports@{version};`")));
        }
    }
}
