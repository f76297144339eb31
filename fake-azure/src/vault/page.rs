//! Pages of lists.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use http::Uri;
use serde_json::{Value, json};

use super::super::ids::is_secret_name;
use super::error::VaultError;
use super::operation::{Call, OperationResult};

/// The query parameters of every list.
pub(super) const QUERY: &[(&str, &str)] = &[("maxresults", "2016-10-01"), ("$skiptoken", "2016-10-01")];

/// The largest and the default page size.
const PAGE: usize = 25;

/// The requested page of `all`, which is sorted by key. A page begins after a key, so that no secret is skipped when
/// others are created or deleted between pages. The link to the next page has the port in it, as Azure's has.
pub(super) fn page<T>(
    call: &Call<'_>,
    path: &str,
    all: impl Iterator<Item = (String, T)>,
    to_json: impl Fn(T) -> Value,
) -> OperationResult {
    let size = match call.params.get("maxresults") {
        None => PAGE,
        Some(text) => text.parse().ok().filter(|size| (1..=PAGE).contains(size)).ok_or_else(|| {
            VaultError::bad_parameter(format!("The parameter 'maxresults' is not 1 to {PAGE}: {text}"))
        })?,
    };
    let start = match call.params.get("$skiptoken") {
        None => String::new(),
        Some(text) => marker(text)
            .ok_or_else(|| VaultError::bad_parameter("The parameter '$skiptoken' is invalid.".to_owned()))?,
    };
    let mut rest = all.filter(|(key, _)| *key > start).peekable();
    let (mut items, mut last) = (Vec::new(), String::new());
    for (key, item) in rest.by_ref().take(size) {
        items.push(to_json(item));
        last = key;
    }
    let link = rest.peek().map(|_| {
        let (base, version) = (with_port(&call.vault.url), call.api.name());
        let token = BASE64URL.encode(format!("after {last}"));
        format!("{base}/{path}?api-version={version}&$skiptoken={token}&maxresults={size}")
    });
    Ok(Some(json!({ "value": items, "nextLink": link })))
}

/// The vault's URL with its port.
fn with_port(url: &str) -> String {
    let base = url.trim_end_matches('/');
    let port = base.parse::<Uri>().is_ok_and(|uri| uri.port().is_some());
    if port { base.to_owned() } else { format!("{base}:443") }
}

/// The key that a page begins after. Names and versions are written alike.
fn marker(text: &str) -> Option<String> {
    let text = String::from_utf8(BASE64URL.decode(text).ok()?).ok()?;
    text.strip_prefix("after ").filter(|key| is_secret_name(key)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::with_port;

    #[test]
    fn a_link_has_the_vaults_own_port() {
        assert_eq!(with_port("https://kv.vault.azure.net/"), "https://kv.vault.azure.net:443");
        assert_eq!(with_port("https://kv.corp.example.com:8443"), "https://kv.corp.example.com:8443");
    }
}
