//! The environment variables, read once when a credential is made.

use core::cell::RefCell;

use crate::language::{self, Language};
use crate::platform::Platform;
use crate::prelude::*;

/// The host's environment variables. A variable that is set but empty counts as unset.
#[derive(Default)]
pub(crate) struct Env {
    variables: Vec<(String, String)>,
    /// The variables that were read and are set.
    used: RefCell<Vec<&'static str>>,
    /// The language of the caller, whose variable is not part of the configuration.
    pub(crate) language: Language,
}

impl Env {
    pub(crate) fn read(platform: &dyn Platform) -> Self {
        Self::new(platform.environment())
    }

    fn new(mut variables: Vec<(String, String)>) -> Self {
        let mut language = Language::default();
        variables.retain(|(name, value)| {
            // The last one counts: the embedding program adds it to an environment that may have one.
            if name == language::VARIABLE {
                language = Language::named(value);
            }
            name != language::VARIABLE && !value.is_empty()
        });
        Self { variables, used: RefCell::default(), language }
    }

    pub(crate) fn get(&self, name: &'static str) -> Option<&str> {
        let (_, value) = self.variables.iter().find(|(n, _)| n == name)?;
        let mut used = self.used.borrow_mut();
        if !used.contains(&name) {
            used.push(name);
        }
        Some(value)
    }

    /// The names of the variables that were read and are set, since the last call.
    pub(crate) fn take_used(&self) -> Vec<&'static str> {
        self.used.take()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.variables.is_empty()
    }

    /// Splits names into those that are set and those that are not, in this order.
    pub(crate) fn partition(&self, names: &[&'static str]) -> (Vec<&'static str>, Vec<&'static str>) {
        let (mut present, mut missing) = (Vec::new(), Vec::new());
        for name in names {
            if self.get(name).is_some() { &mut present } else { &mut missing }.push(*name);
        }
        (present, missing)
    }

    /// `KEYFOB_ALLOW_LOOPBACK_HTTP=1` allows plain http for a vault and an authority on a loopback address. It is for
    /// tests in hosts whose TLS roots are fixed and which can be configured only through the environment.
    pub(crate) fn allows_loopback_http(&self) -> bool {
        self.get("KEYFOB_ALLOW_LOOPBACK_HTTP") == Some("1")
    }
}

/// Logged each time `KEYFOB_ALLOW_LOOPBACK_HTTP` takes effect.
pub(crate) const LOOPBACK_HTTP_NOTICE: &str = "keyfob: KEYFOB_ALLOW_LOOPBACK_HTTP=1 is set: plain http to a loopback address is allowed. Never set it in production.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_no_variable_of_the_configuration() {
        let env = |variables: &[(&str, &str)]| {
            Env::new(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        let python = env(&[("KEYFOB_LANGUAGE", "fr"), ("KEYFOB_LANGUAGE", "python")]);
        assert!(python.is_empty() && python.language == Language::Python);
        let other = env(&[("A", "1"), ("KEYFOB_LANGUAGE", "fr")]);
        assert!(!other.is_empty() && other.language == Language::Wit);
    }

    #[test]
    fn partition_and_used_variables() {
        let env = Env { variables: vec![("A".into(), "1".into())], ..Env::default() };
        assert_eq!(env.partition(&["A", "B"]), (vec!["A"], vec!["B"]));
        assert_eq!((env.take_used(), env.take_used()), (vec!["A"], vec![]));
    }
}
