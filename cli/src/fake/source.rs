//! Where a description comes from.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum as _;

use super::example::Example;
use fake_azure::{Description, Fake};

/// A file, or an example that comes with the command.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    File(PathBuf),
    Example(Example),
}

impl Source {
    /// The one that two options name; `None` where neither does.
    pub(crate) fn from_options(file: Option<&Path>, example: Option<Example>) -> Option<Self> {
        file.map(|path| Self::File(path.to_owned())).or(example.map(Self::Example))
    }

    /// The description's text.
    pub(crate) fn text(&self) -> Result<String> {
        match self {
            Self::File(path) => std::fs::read_to_string(path).with_context(|| {
                let example = path.to_str().and_then(|name| Example::from_str(name, false).ok());
                let meant = if example.is_some() { " (there is an example of this name: name it as one)" } else { "" };
                format!("{self} can't be read{meant}")
            }),
            Self::Example(example) => Ok(example.text().to_owned()),
        }
    }

    /// The world of a text from here.
    pub(crate) fn parse(&self, text: &str) -> Result<Fake> {
        Description::from_toml(text).and_then(Fake::new).with_context(|| self.to_string())
    }

    /// The world that is described there now.
    pub(crate) fn load(&self) -> Result<Fake> {
        self.parse(&self.text()?)
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Example(example) => write!(f, "the example {}", example_name(*example)),
        }
    }
}

/// As the command line spells it.
fn example_name(example: Example) -> String {
    example.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
