//! The environment that the component sees.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

use super::dotenv;
use crate::command::Failure;
use crate::command::fake::IDENTITY_VARIABLES;

/// Variables by name.
#[derive(Debug, Default)]
pub(in crate::command) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The caller's environment (unless it is not wanted), what a file adds to it, what a fake platform puts in the place
    /// of a real one's, and what `--env` sets.
    pub(super) fn gather(
        clean: bool,
        file: Option<&Path>,
        platform: Option<Vec<(String, String)>>,
        given: &[String],
    ) -> Result<Self, Failure> {
        let file = match file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(anyhow::Error::from)
                .and_then(|text| dotenv::parse(&text))
                .with_context(|| format!("--env-file {}", path.display()))
                .map_err(Failure::Usage)?,
            None => Vec::new(),
        };
        // A name or value that is not Unicode can't be handed to a component.
        let caller =
            std::env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()));
        let caller = caller.filter(|_| !clean);
        // Not a value parser of clap's, whose error quotes the text: it may be a secret whose name was forgotten.
        let given: Option<Vec<_>> = given.iter().map(|text| variable(text)).collect();
        let given = given.ok_or_else(|| Failure::usage("--env K=V: NAME=VALUE expected"))?;
        let foreign = |name: &str| platform.is_some() && IDENTITY_VARIABLES.contains(&name);
        let own = file.into_iter().filter(|(name, _)| !foreign(name));
        let caller = caller.filter(|(name, _)| !foreign(name));
        Ok(Self::layered(own, caller.chain(platform.iter().flatten().cloned()), given))
    }

    /// Later layers win. A variable that the caller sets to nothing stays nothing: that switches a file's line off.
    fn layered(
        file: impl IntoIterator<Item = (String, String)>,
        caller: impl IntoIterator<Item = (String, String)>,
        given: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        Self(file.into_iter().chain(caller).chain(given).collect())
    }

    /// Sets and unsets variables, whoever set them before.
    pub(super) fn change(&mut self, set: Vec<(String, String)>, unset: &[&str]) {
        self.0.retain(|name, _| !unset.contains(&name.as_str()));
        self.0.extend(set);
    }

    /// A variable's value; one that is set but empty is unset.
    pub(in crate::command) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }

    #[cfg(test)]
    pub(super) fn of(variables: &[(&str, &str)]) -> Self {
        Self::layered([], [], variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
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
    fn the_file_yields_to_the_caller_and_the_caller_to_the_command_line() {
        let layer = |text: &str| dotenv::parse(text).expect("variables");
        let environment = Environment::layered(
            layer("A=file\nB=file\nC=file\nD=file"),
            layer("B=caller\nC=caller\nD="),
            layer("C=given"),
        );
        assert_eq!(environment.get("A"), Some("file"));
        assert_eq!(environment.get("B"), Some("caller"));
        assert_eq!(environment.get("C"), Some("given"));
        assert_eq!(environment.get("D"), None);
    }
}
