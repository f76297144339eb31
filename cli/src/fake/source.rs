//! Where a description of a fake Azure comes from.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum as _;
use fake_azure::{Description, Fake};

use super::example::Example;

/// A file, or a built-in example.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    File(PathBuf),
    Example(Example),
}

impl Source {
    /// The source that the options name; `None` if they name none.
    pub(crate) fn from_options(file: Option<&Path>, example: Option<Example>) -> Option<Self> {
        file.map(|path| Self::File(path.to_owned())).or(example.map(Self::Example))
    }

    /// Reads the text of the description.
    pub(crate) fn text(&self) -> Result<String> {
        match self {
            Self::File(path) => std::fs::read_to_string(path).with_context(|| {
                let example = path.to_str().and_then(|name| Example::from_str(name, false).ok());
                let advice =
                    if example.is_some() { " (to use the example of this name, pass it as an example)" } else { "" };
                format!("{self} can't be read{advice}")
            }),
            Self::Example(example) => Ok(example.text().to_owned()),
        }
    }

    /// Parses a text that was read from this source.
    pub(crate) fn parse(&self, text: &str) -> Result<Fake> {
        Description::from_toml(text).and_then(Fake::new).with_context(|| self.to_string())
    }

    /// Reads and parses the description.
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

/// The example's name on the command line.
fn example_name(example: Example) -> String {
    example.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
