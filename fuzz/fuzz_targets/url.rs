//! URLs: what is read stays the same when it is read again, no two readers can see two hosts in it, and an identity
//! header goes without TLS to this machine and private networks alone, by the standard library's judgement.
#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use keyfob_component::fuzzing::url;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Some(url_read) = url(text) else { return };
    let host = url_read.host.as_str();
    let again = url(&format!("{}{}", url_read.origin, url_read.path));
    assert_eq!(again.as_ref(), Some(&url_read), "{text}");
    assert_ne!(url_read.port, Some(if url_read.https { 443 } else { 80 }));
    assert!(url_read.path.is_empty() || url_read.path.starts_with(['/', '?']));
    assert!(text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#'), "{text}");

    // The host stands in the text as it was read, between the scheme and the path.
    let lower = text.to_ascii_lowercase();
    let after = lower.strip_prefix(if url_read.https { "https://" } else { "http://" }).expect("a scheme");
    let rest = after.strip_prefix(host).expect("the host");
    assert!(rest.is_empty() || rest.starts_with([':', '/', '?']), "{text}");

    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
    match bracketed {
        Some(address) => assert!(address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':'), "{host}"),
        None => assert!(!host.is_empty() && host.len() <= 253 && !host.contains("..") && host.bytes().all(name)),
    }

    let address = bracketed.unwrap_or(host).parse::<IpAddr>().ok();
    if url_read.is_loopback {
        assert!(host == "localhost" || address.is_some_and(|address| address.is_loopback()), "{host}");
        assert!(url_read.is_local);
    }
    if url_read.is_local {
        assert!(address.map_or_else(|| is_local_name(host), is_private), "{host}");
    }
});

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_loopback() || v4.is_link_local() || v4.is_private() || {
                // Carrier-grade NAT, for which the standard library's judgement is not stable.
                u32::from(v4) >> 22 == u32::from(Ipv4Addr::new(100, 64, 0, 0)) >> 22
            }
        }
        IpAddr::V6(v6) => v6 == Ipv6Addr::LOCALHOST || v6.is_unicast_link_local() || v6.is_unique_local(),
    }
}

fn is_local_name(host: &str) -> bool {
    // Brackets around what is no address: no host resolves it.
    if host.starts_with('[') {
        return true;
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    // As the first resolvers read them: decimal, octal or hexadecimal, in one to four parts.
    let numeric = last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x");
    let suffixes = [".localhost", ".local", ".internal", ".svc", ".cluster.local"];
    !numeric && (!host.contains('.') || suffixes.iter().any(|suffix| host.ends_with(suffix)))
}
