//! The words of the caller: how the language of the calling program writes the options, functions and settings that errors
//! and hints name. Every text that depends on the caller is in this table: `options` and `steps`.

#[macro_use]
mod kept;
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
    pub(crate) fn say(self, Phrase(words): Phrase) -> &'static str {
        words.split('|').take(self as usize + 1).last().unwrap_or_default()
    }

    /// The template in this language, with a value for each of these placeholders, such as `{host}`.
    #[inline(never)]
    pub(crate) fn fill(self, Template(template): Template, values: &[(&str, &str)]) -> String {
        let (mut text, mut rest) = (String::new(), template);
        while let Some((before, after)) = rest.split_once('<') {
            let (words, after) = after.split_once('>').unwrap_or_default();
            text.push_str(before);
            text.push_str(self.say(Phrase(words)));
            rest = after;
        }
        text.push_str(rest);
        values.iter().fold(text, |text, (name, value)| text.replace(name, value))
    }
}

/// A phrase in the words of the WIT package, the command, Python and JavaScript, with `|` between them. A language that is left
/// out at the end has the words of the one before it.
#[derive(Clone, Copy)]
pub(crate) struct Phrase(&'static str);

/// A text in which phrases stand between `<` and `>`, and names of values between braces.
#[derive(Clone, Copy)]
pub(crate) struct Template(&'static str);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_that_is_left_out_has_the_words_before_it() {
        let say = |language: Language, words| language.say(Phrase(words));
        assert_eq!((say(Language::Wit, "a|b"), say(Language::Command, "a|b")), ("a", "b"));
        assert_eq!((say(Language::JavaScript, "a|b"), say(Language::Python, "a||c|d")), ("b", "c"));
        assert_eq!((say(Language::Command, "a||c|d"), say(Language::Wit, "a")), ("", "a"));
    }

    #[test]
    fn a_template_has_phrases_and_values() {
        let template = Template("Give <the app|it> {name}<, or {name} twice||>.");
        assert_eq!(Language::Wit.fill(template, &[("{name}", "x")]), "Give the app x, or x twice.");
        assert_eq!(Language::Python.fill(template, &[("{name}", "x")]), "Give it x.");
    }
}
