//! The environment variables of the component.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;

use super::dotenv;
use crate::fake::IDENTITY_VARIABLES;
use crate::{CommandError, terminal};

/// Environment variables by name.
#[derive(Debug, Default)]
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The caller's environment (unless `clean`), overridden by the fake platform's variables and by `--env`. Files add
    /// variables that are not set. With a fake platform, the identity variables of a real one are left out.
    pub(super) fn collect(
        clean: bool,
        files: &[PathBuf],
        platform: Option<Vec<(String, String)>>,
        given: &[String],
    ) -> Result<Self, CommandError> {
        // A component takes only Unicode.
        let caller =
            std::env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()));
        let caller = caller.filter(|_| !clean);
        // No clap value parser: its error quotes the text, which may be a secret without a name.
        let given: Option<Vec<_>> = given.iter().map(|text| variable(text)).collect();
        let given = given.ok_or_else(|| CommandError::usage("--env K=V: NAME=VALUE expected"))?;
        let is_platform_variable = |name: &str| platform.is_some() && IDENTITY_VARIABLES.contains(&name);
        let caller = caller.filter(|(name, _)| !is_platform_variable(name));
        let mut environment = Self(caller.chain(platform.iter().flatten().cloned()).chain(given).collect());
        for path in files {
            let named = || format!("--env-file {}", path.display());
            let text = dotenv::read(path).with_context(named).map_err(CommandError::Usage)?;
            for note in
                environment.add_file(&text, is_platform_variable).with_context(named).map_err(CommandError::Usage)?
            {
                terminal::note(&format!("note: {}: {note}", named()));
            }
        }
        Ok(environment)
    }

    /// Adds the file's variables that are not set yet, and returns notes about the file. A variable that is set but empty is
    /// kept, so that `NAME=` disables a line of the file.
    fn add_file(&mut self, text: &str, is_platform_variable: impl Fn(&str) -> bool) -> anyhow::Result<Vec<String>> {
        let file = dotenv::parse(text, |name| self.0.get(name).cloned())?;
        for (name, value) in file.variables.into_iter().filter(|(name, _)| !is_platform_variable(name)) {
            self.0.entry(name).or_insert(value);
        }
        Ok(file.notes)
    }

    /// Sets and unsets variables, and overrides existing values.
    pub(super) fn apply(&mut self, set: Vec<(String, String)>, unset: &[&str]) {
        self.0.retain(|name, _| !unset.contains(&name.as_str()));
        self.0.extend(set);
    }

    /// A variable's value; an empty variable counts as unset.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All variables.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }

    #[cfg(test)]
    pub(super) fn from_pairs(variables: &[(&str, &str)]) -> Self {
        Self(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
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
            .add_file("A=1\nB=1\nC=${A}1\nD=1\nD=2\nIDENTITY_ENDPOINT=1", |name| name.starts_with("ID"))
            .expect("a file");
        environment.add_file("C=2\nE=${D}\n", |_| false).expect("a file");
        let expected = [("A", Some("set")), ("B", None), ("C", Some("set1")), ("D", Some("2")), ("E", Some("2"))];
        for (name, value) in expected.into_iter().chain([("IDENTITY_ENDPOINT", None)]) {
            assert_eq!(environment.get(name), value, "{name}");
        }
    }
}
