//! The hosts that requests may go to.

use fake_azure::uri;
use http::Uri;

/// A list of hosts, empty at first.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowList {
    any: bool,
    hosts: Vec<(String, Option<u16>)>,
}

impl AllowList {
    /// Adds `HOST` (any port) or `HOST:PORT`.
    pub(crate) fn add(&mut self, entry: &str) {
        let entry = entry.to_ascii_lowercase();
        let rule = match entry.rsplit_once(':') {
            // The last colon of an IPv6 address without a port is inside its brackets.
            Some((host, port)) if !port.ends_with(']') => match port.parse() {
                Ok(port) => (host.to_owned(), Some(port)),
                // Never matches: a host has no colon outside brackets.
                Err(_) => (entry, None),
            },
            _ => (entry, None),
        };
        self.hosts.push(rule);
    }

    /// Allows everything.
    pub(crate) fn add_any(&mut self) {
        self.any = true;
    }

    /// Whether a request may go to this URL.
    pub(crate) fn permits(&self, uri: &Uri) -> bool {
        let Some(asked) = uri.host() else {
            return false;
        };
        // `https://allowed@other/` goes to `other`; no request of Keyfob has user information in its URL.
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return false;
        }
        let port = uri::port(uri);
        self.any
            || self
                .hosts
                .iter()
                .any(|(host, rule)| host.eq_ignore_ascii_case(asked) && rule.is_none_or(|rule| Some(rule) == port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(rule: &str, uri: &str) -> bool {
        let mut list = AllowList::default();
        list.add(rule);
        list.permits(&uri.parse().expect("a URI"))
    }

    #[test]
    fn nothing_is_allowed_at_first() {
        assert!(!AllowList::default().permits(&Uri::from_static("https://v.vault.azure.net/")));
    }

    #[test]
    fn a_host_alone_is_any_port() {
        assert!(permits("V.vault.azure.net", "https://v.Vault.azure.net/secrets/a"));
        assert!(permits("localhost", "http://localhost:42356/msi/token"));
        assert!(!permits("vault.azure.net", "https://v.vault.azure.net/"));
        assert!(!permits("v.vault.azure.net", "https://v.vault.azure.net.evil.example/"));
        assert!(!permits("v.vault.azure.net", "https://v.vault.azure.net@evil.example/"));
        assert!(!permits("v.vault.azure.net", "https://evil@v.vault.azure.net/"));
        assert!(!permits("v.vault.azure.net", "https://v.vault.azure.net./"));
    }

    #[test]
    fn a_port_is_that_port() {
        assert!(permits("169.254.169.254:80", "http://169.254.169.254/metadata"));
        assert!(!permits("169.254.169.254:80", "https://169.254.169.254/metadata"));
        assert!(permits("[::1]:8081", "http://[::1]:8081/"));
        assert!(permits("[::1]", "http://[::1]:8081/"));
        assert!(!permits("[::1]:8081", "http://[::1]:80/"));
        assert!(!permits("host:http", "http://host/"));
    }
}
