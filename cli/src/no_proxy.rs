//! The hosts that programs reach without a proxy.

/// Programs read one of the two, or the second only if the first is not set: they must agree.
pub(super) const VARIABLES: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The value for "no host is reached through a proxy". It counts only if it is the whole value (curl, Python).
pub(super) const ALL_HOSTS: &str = "*";

/// This machine. Clients differ in whether they compare an IPv6 address with its brackets.
pub(super) const LOOPBACK: [&str; 4] = ["127.0.0.1", "localhost", "::1", "[::1]"];

/// All hosts of the values, and this machine's. The separator is a comma, because not every client accepts a space.
pub(super) fn with_loopback(values: impl IntoIterator<Item = String>) -> String {
    let values: Vec<String> = values.into_iter().collect();
    let given =
        values.iter().flat_map(|value| value.split([',', ' ', '\t'])).map(str::trim).filter(|host| !host.is_empty());
    let mut hosts: Vec<&str> = Vec::new();
    for host in given.chain(LOOPBACK) {
        if !hosts.iter().any(|known| known.eq_ignore_ascii_case(host)) {
            hosts.push(host);
        }
    }
    if hosts.contains(&ALL_HOSTS) { ALL_HOSTS.to_owned() } else { hosts.join(",") }
}
