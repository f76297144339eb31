//! Listing secrets: the latest version of each, without its value, page by page.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets>

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};

use super::super::description::{Secret, Vault};
use super::super::params::Params;
use super::error::Refusal;
use super::get;

/// The largest page, and the usual one.
const PAGE: usize = 25;

/// The page that the query asks for. Its link to the next one has the port in it, as Azure's has.
pub(super) fn list(vault: &Vault, params: &Params) -> Result<Value, Refusal> {
    let size =
        match params.get("maxresults") {
            None => PAGE,
            Some(text) => text.parse().ok().filter(|size| (1..=PAGE).contains(size)).ok_or_else(|| {
                Refusal::bad_parameter(format!("The parameter 'maxresults' is not 1 to {PAGE}: {text}"))
            })?,
        };
    let start = match params.get("$skiptoken") {
        None => 0,
        Some(text) => {
            marker(text).ok_or_else(|| Refusal::bad_parameter("The parameter '$skiptoken' is invalid.".to_owned()))?
        }
    };
    let all = latest(vault);
    let page = all.iter().skip(start).take(size);
    let items: Vec<Value> = page.map(|secret| get::item(vault, secret)).collect();
    let next = start + items.len();
    let link = (next < all.len()).then(|| {
        let (base, version) = (vault.url.trim_end_matches('/'), params.get("api-version").unwrap_or_default());
        let token = BASE64URL.encode(format!("after {next}"));
        format!("{base}:443/secrets?api-version={version}&$skiptoken={token}&maxresults={size}")
    });
    Ok(json!({ "value": items, "nextLink": link }))
}

/// The latest version of each secret. Names have no case.
fn latest(vault: &Vault) -> Vec<&Secret> {
    let mut latest: Vec<&Secret> = Vec::new();
    for secret in &vault.secrets {
        match latest.iter_mut().find(|known| known.name.eq_ignore_ascii_case(&secret.name)) {
            Some(known) => *known = secret,
            None => latest.push(secret),
        }
    }
    latest
}

fn marker(text: &str) -> Option<usize> {
    let text = String::from_utf8(BASE64URL.decode(text).ok()?).ok()?;
    text.strip_prefix("after ")?.parse().ok()
}
