//! The environment variables of the component, each with its origin.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::dotenv;
use crate::fake::IDENTITY_VARIABLES;
use crate::{CommandError, terminal};

/// Environment variables by name.
#[derive(Debug, Default)]
pub(crate) struct Environment(BTreeMap<String, Variable>);

#[derive(Debug)]
struct Variable {
    value: String,
    origin: Origin,
}

/// Who set a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    /// The caller: its environment, or `--env`.
    Caller,
    /// This command, for the fake platform or the developer's sign-in.
    Command,
    /// A file of `--env-file`.
    File(PathBuf),
}

/// Variables of the fake platform that are for the app too: no identity, and apps read them.
const SHARED_WITH_APP: [&str; 1] = ["KEYVAULT_URL"];

impl Environment {
    /// The caller's environment (if `inherit`), overridden by the fake platform's variables and by `--env`. Files add
    /// variables that are not set. With a fake platform, the identity variables of a real one are left out.
    pub(super) fn collect(
        inherit: bool,
        files: &[PathBuf],
        platform: Option<Vec<(String, String)>>,
        given: &[String],
    ) -> Result<Self, CommandError> {
        // No clap value parser: its error quotes the text, which may be a secret without a name.
        let given: Option<Vec<_>> = given.iter().map(|text| variable(text)).collect();
        let given = given.ok_or_else(|| CommandError::usage("--env K=V: NAME=VALUE expected"))?;
        let is_platform_variable = |name: &str| platform.is_some() && IDENTITY_VARIABLES.contains(&name);
        let is_replaced = |name: &str| is_platform_variable(name) || given.iter().any(|(given, _)| given == name);
        let caller = if inherit { inherited(is_replaced)? } else { Vec::new() };
        let mut environment = Self::default();
        environment.set(caller, Origin::Caller);
        environment.set(platform.iter().flatten().cloned(), Origin::Command);
        environment.set(given, Origin::Caller);
        for path in files {
            let named = || format!("--env-file {}", path.display());
            let text = dotenv::read(path).with_context(named).map_err(CommandError::Usage)?;
            for note in environment
                .add_file(path, &text, is_platform_variable)
                .with_context(named)
                .map_err(CommandError::Usage)?
            {
                terminal::note(&format!("note: {}: {note}", named()));
            }
        }
        Ok(environment)
    }

    /// Adds the file's variables that are not set yet, and returns notes about the file. A variable that is set but empty is
    /// kept, so that `NAME=` disables a line of the file.
    fn add_file(
        &mut self,
        path: &Path,
        text: &str,
        is_platform_variable: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Vec<String>> {
        let file = dotenv::parse(text, |name| self.0.get(name).map(|variable| variable.value.clone()))?;
        for (name, value) in file.variables.into_iter().filter(|(name, _)| !is_platform_variable(name)) {
            self.0.entry(name).or_insert_with(|| Variable { value, origin: Origin::File(path.to_owned()) });
        }
        Ok(file.notes)
    }

    /// Sets and unsets variables, and overrides existing values.
    pub(super) fn apply(&mut self, set: Vec<(String, String)>, unset: &[&str]) {
        self.0.retain(|name, _| !unset.contains(&name.as_str()));
        self.set(set, Origin::Command);
    }

    fn set(&mut self, variables: impl IntoIterator<Item = (String, String)>, origin: Origin) {
        let variable = |value| Variable { value, origin: origin.clone() };
        self.0.extend(variables.into_iter().map(|(name, value)| (name, variable(value))));
    }

    /// A variable's value; an empty variable counts as unset.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|variable| variable.value.as_str()).filter(|value| !value.is_empty())
    }

    /// All variables.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, variable)| (name.as_str(), variable.value.as_str()))
    }

    /// The variables of an app that Keyfob is put into: without those that this command has set for Keyfob's identity.
    pub(super) fn for_app(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_for_app =
            |name: &str, variable: &Variable| variable.origin != Origin::Command || SHARED_WITH_APP.contains(&name);
        let variables = self.0.iter().filter(move |(name, variable)| is_for_app(name, variable));
        variables.map(|(name, variable)| (name.as_str(), variable.value.as_str()))
    }

    /// The file that has set a variable; none if something else has.
    pub(super) fn file_of(&self, name: &str) -> Option<&Path> {
        match &self.0.get(name)?.origin {
            Origin::File(path) => Some(path),
            Origin::Caller | Origin::Command => None,
        }
    }

    /// Whether a variable is set, even to nothing.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    #[cfg(test)]
    pub(super) fn from_pairs(variables: &[(&str, &str)]) -> Self {
        let mut environment = Self::default();
        let owned = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        environment.set(owned, Origin::Caller);
        environment
    }
}

/// The caller's environment without the variables that are replaced. A component takes only Unicode: another variable is left
/// out, unless Keyfob reads it. Without it, Keyfob would use another identity than the caller has named.
fn inherited(is_replaced: impl Fn(&str) -> bool) -> Result<Vec<(String, String)>, CommandError> {
    let mut variables = Vec::new();
    for (name, value) in std::env::vars_os() {
        let Ok(name) = name.into_string() else { continue };
        match value.into_string() {
            _ if is_replaced(&name) => {}
            Ok(value) => variables.push((name, value)),
            Err(_) if is_keyfobs(&name) => return Err(CommandError::usage(not_unicode(&name))),
            Err(_) => {}
        }
    }
    Ok(variables)
}

/// Whether Keyfob may read a variable.
fn is_keyfobs(name: &str) -> bool {
    ["AZURE_", "KEYFOB_"].iter().any(|prefix| name.starts_with(prefix))
        || IDENTITY_VARIABLES.contains(&name)
        || name == "KEYVAULT_URL"
}

/// The error for a variable whose value is no text.
pub(crate) fn not_unicode(name: &str) -> String {
    format!("the variable {} is not Unicode text: set it to another value, or unset it", name.escape_debug())
}

fn variable(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty())?;
    Some((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_variables_and_earlier_files_win() {
        let mut environment = Environment::from_pairs(&[("A", "set"), ("B", "")]);
        environment
            .add_file(Path::new("1"), "A=1\nB=1\nC=${A}1\nD=1\nD=2\nIDENTITY_ENDPOINT=1", |name| name.starts_with("ID"))
            .expect("a file");
        environment.add_file(Path::new("2"), "C=2\nE=${D}\n", |_| false).expect("a file");
        let expected = [("A", Some("set")), ("B", None), ("C", Some("set1")), ("D", Some("2")), ("E", Some("2"))];
        for (name, value) in expected.into_iter().chain([("IDENTITY_ENDPOINT", None)]) {
            assert_eq!(environment.get(name), value, "{name}");
        }
        for (name, file) in [("A", None), ("C", Some("1")), ("D", Some("1")), ("E", Some("2")), ("F", None)] {
            assert_eq!(environment.file_of(name), file.map(Path::new), "{name}");
        }
    }

    #[test]
    fn app_does_not_see_what_the_command_sets_for_keyfob() {
        let mut environment = Environment::from_pairs(&[("A", "given"), ("IDENTITY_HEADER", "given")]);
        let command =
            ["IDENTITY_HEADER", "AZURE_CLIENT_SECRET", "KEYVAULT_URL"].map(|name| (name.to_owned(), "x".into()));
        environment.apply(command.to_vec(), &[]);
        assert_eq!(environment.for_app().collect::<Vec<_>>(), [("A", "given"), ("KEYVAULT_URL", "x")]);
        assert_eq!(environment.iter().count(), 4);
    }
}
