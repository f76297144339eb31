//! The environment as it was when a credential was made.

use crate::platform::Platform;
use crate::prelude::*;

/// The host's variables. One that is set but empty is unset, everywhere.
#[derive(Clone, Default)]
pub(crate) struct Env(Vec<(String, String)>);

impl Env {
    pub(crate) fn read(platform: &dyn Platform) -> Self {
        Self(platform.environment().into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Splits names into those that are set and those that are not.
    pub(crate) fn split<'n>(&self, names: &[&'n str]) -> (Vec<&'n str>, Vec<&'n str>) {
        let (mut present, mut missing) = (Vec::new(), Vec::new());
        for name in names {
            if self.get(name).is_some() { &mut present } else { &mut missing }.push(*name);
        }
        (present, missing)
    }

    /// `KEYFOB_ALLOW_LOOPBACK_HTTP=1`: vault and authority may be plain http on loopback. It exists for tests with
    /// hosts whose TLS roots are fixed and that can be configured by the environment alone.
    pub(crate) fn allows_loopback_http(&self) -> bool {
        self.get("KEYFOB_ALLOW_LOOPBACK_HTTP") == Some("1")
    }
}

/// What the log says each time that variable has an effect.
pub(crate) const LOOPBACK_HTTP_NOTICE: &str = "keyfob: KEYFOB_ALLOW_LOOPBACK_HTTP=1 is set: plain http to a loopback address is allowed. Never set it in production.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_but_empty_is_unset() {
        let env = Env(vec![("A".into(), "1".into())]);
        assert_eq!(env.split(&["A", "B"]), (vec!["A"], vec!["B"]));
    }
}
