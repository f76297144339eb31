//! The words of the caller: how the language of the calling program writes the options, functions and settings that errors
//! and hints name. Every text that depends on the caller is in this table: `options` and `steps`.

mod options;
mod steps;

use crate::prelude::*;
pub(crate) use options::*;
pub(crate) use steps::*;

/// The variable by which a program that embeds the component names its language: `command`, `python` or `javascript`. With
/// any other value, or none, texts use the words of the WIT package. The variable is not part of the configuration.
pub(crate) const VARIABLE: &str = "KEYFOB_LANGUAGE";

/// The language of the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// The WIT package.
    #[default]
    Wit,
    /// The command `keyfob`.
    Command,
    /// The Python package.
    Python,
    /// The JavaScript package.
    JavaScript,
}

impl Language {
    /// The language that the variable names.
    pub(crate) fn named(value: &str) -> Self {
        match value {
            "command" => Self::Command,
            "python" => Self::Python,
            "javascript" => Self::JavaScript,
            _ => Self::Wit,
        }
    }

    /// The phrase in this language.
    // Inlined into every text, the choice would take more space than the texts.
    #[inline(never)]
    pub(crate) fn say(self, phrase: Phrase) -> &'static str {
        let Words(wit, command, python, javascript) = phrase;
        match self {
            Self::Wit => wit,
            Self::Command => command,
            Self::Python => python,
            Self::JavaScript => javascript,
        }
    }

    /// The phrase in this language, with a value for each of these placeholders, such as `{host}`.
    pub(crate) fn fill(self, phrase: Phrase, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.say(phrase).to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

/// A phrase of the table.
pub(crate) type Phrase = &'static Words;

/// A phrase in the words of the WIT package, the command, Python and JavaScript.
pub(crate) struct Words(&'static str, &'static str, &'static str, &'static str);
