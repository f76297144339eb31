//! A strict URL parser for the URLs of configuration and challenges.
//!
//! The `url` crate is not used: its IDNA tables are larger than this component, and it accepts forms that are refused here
//! on purpose. A URL that two parsers could read as two different hosts is refused.

use crate::prelude::*;

/// A URL of scheme http or https with a plain ASCII host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) https: bool,
    /// Lower-case; an IPv6 address is in brackets.
    pub(crate) host: String,
    /// The port, if given and not the scheme's default.
    pub(crate) port: Option<u16>,
    /// Path and query as given: empty, or starting with `/` or `?`.
    pub(crate) path: String,
}

impl Url {
    /// Reads a URL; the error says what is wrong with it, to follow "is not a URL: ".
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        if let Some(odd) = text.bytes().find(|b| !b.is_ascii_graphic()) {
            return Err(match odd {
                b' ' | b'\t' | b'\n' | b'\r' => "it holds white space",
                _ => "it holds a character other than printable ASCII",
            });
        }
        let (scheme, rest) = text.split_once("://").ok_or("it does not start with https://")?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err("its scheme is neither https nor http"),
        };
        // Some parsers read a backslash as a slash, others as part of the user name.
        if rest.bytes().any(|b| matches!(b, b'\\' | b'#')) {
            return Err("it holds a backslash or a fragment (#)");
        }
        let end = rest.bytes().position(|b| matches!(b, b'/' | b'?')).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).unwrap_or_default();
        if authority.contains('@') {
            return Err("it holds a user name (@)");
        }
        let (host, port) = match authority.rsplit_once(':') {
            // An IPv6 address in brackets, without a port.
            Some(_) if authority.ends_with(']') => (authority, None),
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let host = host.to_ascii_lowercase();
        if !(is_name(&host) || ipv6(&host).is_some()) {
            return Err("its host is no name and no address");
        }
        let port = match port {
            None => None,
            // `u16::from_str` accepts a plus sign.
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                Some(digits.parse::<u16>().ok().filter(|port| *port > 0).ok_or("its port is not 1 to 65535")?)
            }
            Some(_) => return Err("its port is not a number"),
        };
        let port = port.filter(|port| *port != if https { 443 } else { 80 });
        Ok(Self { https, host, port, path: path.to_owned() })
    }

    /// Host and port as a request names them.
    pub(crate) fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Scheme, host and port, in the form of an allow list.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", if self.https { "https" } else { "http" }, self.authority())
    }

    /// 127.0.0.0/8, `[::1]` and `localhost`.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host == "[::1]" || ipv4(&self.host).is_some_and(|[first, ..]| first == 127)
    }

    /// Whether the host is on this machine or in its private network, so that an identity header may be sent there
    /// without TLS. Linux containers on App Service get `http://172.16.5.3:8081/msi/token` or a 169.254 address.
    ///
    /// Of names only `localhost` counts, which Container Apps (`http://localhost:42356/msi/token`), Cloud Shell
    /// (`http://localhost:50342/oauth2/token`) and Azure Arc (`http://localhost:40342/metadata/identity/oauth2/token`) set.
    /// Where any other name leads, the resolver decides: a single label may get a search domain, and whoever is in the same
    /// network can answer for `.local`.
    pub(crate) fn is_local(&self) -> bool {
        if let Some(address) = ipv6(&self.host) {
            // fe80::/10 and fc00::/7. The first group has four digits, so its first two or three decide.
            return address == "::1"
                || (address.find(':') == Some(4)
                    && ["fe8", "fe9", "fea", "feb", "fc", "fd"].iter().any(|p| address.starts_with(p)));
        }
        let last = self.host.rsplit_once('.').map_or(self.host.as_str(), |(_, last)| last);
        // `2130706433` and `0x7f.1` are IPv4 addresses to some resolvers and host names to others.
        if last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x") {
            return matches!(
                ipv4(&self.host),
                Some([127 | 10, ..] | [169, 254, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..])
            );
        }
        self.host == "localhost"
    }
}

/// Whether the text is a host name: labels of letters, digits, `-` and `_`, none empty, with an optional trailing dot.
fn is_name(host: &str) -> bool {
    let labels = host.strip_suffix('.').unwrap_or(host);
    host.len() <= 253
        && labels.split('.').all(|label| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}

/// The bytes of an IPv4 address in its canonical dotted form.
fn ipv4(host: &str) -> Option<[u8; 4]> {
    let mut parts = host.split('.');
    let mut address = [0; 4];
    for byte in &mut address {
        // Some resolvers read a leading zero as octal, and `u8::from_str` accepts a plus sign.
        let part = parts.next().filter(|p| *p == "0" || matches!(p.as_bytes(), [b'1'..=b'9', ..]))?;
        *byte = part.parse().ok()?;
    }
    parts.next().is_none().then_some(address)
}

/// The IPv6 address between the brackets. Only its characters are checked; the host decides whether it is valid.
fn ipv6(host: &str) -> Option<&str> {
    let address = host.strip_prefix('[')?.strip_suffix(']')?;
    (address.len() >= 2 && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')).then_some(address)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let url = Url::parse("HTTPS://My-Vault.Vault.Azure.net:443/a?b").unwrap();
        assert_eq!(
            (url.https, url.host.as_str(), url.port, url.path.as_str()),
            (true, "my-vault.vault.azure.net", None, "/a?b")
        );
        assert_eq!(Url::parse("http://[::1]:8080").unwrap().authority(), "[::1]:8080");
        assert_eq!(Url::parse("http://localhost:42356/msi/token").unwrap().origin(), "http://localhost:42356");
    }

    #[test]
    fn ambiguous_urls_are_refused() {
        for text in [
            "my-vault",
            "ftp://a.b",
            "https://",
            "https://a b",
            "https://a\u{e9}.net",
            "https://a@b.net",
            "https://a.net\\@b.net",
            "https://a.net#b",
            "https://a.net/\\b",
            "https://a.net/#b",
            "https://a.net/ b",
            "https://a.net/\nb",
            "https://a.net/\u{e9}",
            "https://a..net",
            "https://a%2eb",
            "https://a.net:",
            "https://a.net:+1",
            "https://a.net:0",
            "https://a.net:65536",
            "https://[::1",
            "https://::1",
            "https://[::1%25eth0]",
            "http://[::ffff:127.0.0.1]",
        ] {
            // RFC 3986 allows the empty port; it is refused here all the same.
            assert!(Url::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn local_addresses() {
        for host in [
            "127.0.0.1",
            "169.254.130.2:8081",
            "172.16.5.3:8081",
            "10.0.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "[::1]",
            "[fe80::1]",
            "[fd00::1]",
            "localhost:42356",
        ] {
            assert!(Url::parse(&format!("http://{host}/msi/token")).unwrap().is_local(), "{host}");
        }
        for host in [
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "0.0.0.0",
            "2130706433",
            "0x7f.1",
            "127.1",
            "0177.0.0.1",
            // Some resolvers read this as octal: 8.0.0.1, a public address.
            "010.0.0.1",
            "[::ffff:7f00:1]",
            "[fe8::1]",
            "[2001:db8::1]",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "169.254.169.254.",
            "local.",
            "ai",
            "msi",
            "localhost.",
            "x.localhost",
            "a.local",
            "metadata.google.internal",
            "host.docker.internal",
            "msi.ns.svc",
            "msi.ns.svc.cluster.local",
        ] {
            assert!(!Url::parse(&format!("http://{host}/msi/token")).unwrap().is_local(), "{host}");
        }
    }
}
