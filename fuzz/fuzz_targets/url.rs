//! URLs: a parsed URL is the same after formatting and parsing, no other parser can see a different host in it, and it
//! counts as local only if its host is this machine or in a private network, by the standard library's classification.
#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use keyfob_component::fuzzing::url;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Some(parsed) = url(text) else { return };
    let host = parsed.host.as_str();
    let again = url(&format!("{}{}", parsed.origin, parsed.path));
    assert_eq!(again.as_ref(), Some(&parsed), "{text}");
    assert_ne!(parsed.port, Some(if parsed.https { 443 } else { 80 }));
    assert!(parsed.path.is_empty() || parsed.path.starts_with(['/', '?']));
    assert!(text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#'), "{text}");

    // In the text, the host is between the scheme and the port or the path.
    let lower = text.to_ascii_lowercase();
    let after_scheme = lower.strip_prefix(if parsed.https { "https://" } else { "http://" }).expect("a scheme");
    let rest = after_scheme.strip_prefix(host).expect("the host");
    assert!(rest.is_empty() || rest.starts_with([':', '/', '?']), "{text}");

    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
    match bracketed {
        Some(address) => assert!(address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':'), "{host}"),
        None => assert!(!host.is_empty() && host.len() <= 253 && !host.contains("..") && host.bytes().all(name)),
    }

    let address = bracketed.unwrap_or(host).parse::<IpAddr>().ok();
    if parsed.is_loopback {
        assert!(host == "localhost" || address.is_some_and(|address| address.is_loopback()), "{host}");
        assert!(parsed.is_local);
    }
    if parsed.is_local {
        assert!(address.map_or_else(|| is_local_name(host), is_private), "{host}");
    }
});

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_loopback() || v4.is_link_local() || v4.is_private() || {
                // Carrier-grade NAT, for which the standard library's method is not stable.
                u32::from(v4) >> 22 == u32::from(Ipv4Addr::new(100, 64, 0, 0)) >> 22
            }
        }
        IpAddr::V6(v6) => v6 == Ipv6Addr::LOCALHOST || v6.is_unicast_link_local() || v6.is_unique_local(),
    }
}

fn is_local_name(host: &str) -> bool {
    // A text in brackets that is no address: no resolver accepts it.
    if host.starts_with('[') {
        return true;
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    // Some resolvers accept IPv4 addresses in one to four parts, each decimal, octal or hexadecimal.
    let numeric = last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x");
    let suffixes = [".localhost", ".local", ".internal", ".svc", ".cluster.local"];
    !numeric && (!host.contains('.') || suffixes.iter().any(|suffix| host.ends_with(suffix)))
}
