//! Listing secrets: the latest version of each, without its value, page by page.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets>

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use http::Uri;
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
        let (base, version) = (with_port(&vault.url), params.get("api-version").unwrap_or_default());
        let token = BASE64URL.encode(format!("after {next}"));
        format!("{base}/secrets?api-version={version}&$skiptoken={token}&maxresults={size}")
    });
    Ok(json!({ "value": items, "nextLink": link }))
}

/// The vault's URL with its port.
fn with_port(url: &str) -> String {
    let base = url.trim_end_matches('/');
    let port = base.parse::<Uri>().is_ok_and(|uri| uri.port().is_some());
    if port { base.to_owned() } else { format!("{base}:443") }
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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::super::Fake;
    use super::super::super::testing::{NOW, ask, fake, get};
    use super::super::super::token::issue;
    use super::*;

    const BASE: &str = "https://kv.vault.azure.net";

    /// A vault with this many secrets, s-0 and so on; `reader` has a role that reads no value.
    fn world(count: usize) -> Fake {
        let mut text = format!(
            "[[identity]]\nname = 'reader'\nkind = 'user-assigned'\n[[identity]]\nname = 'nobody'\nkind = 'user-assigned'\n\
             [[vault]]\nurl = '{BASE}'\nroles = {{ reader = 'Key Vault Reader' }}\n"
        );
        for index in 0..count {
            let _ = writeln!(text, "[[vault.secret]]\nname = 's-{index}'\nvalue = 'canary'");
        }
        fake(&text)
    }

    /// Status and body of the answer to the identity at `index`.
    fn ask_as(fake: &Fake, index: usize, url: &str) -> (u16, Value) {
        let (identity, tenant) = (&fake.world.identities[index], &fake.world.tenant);
        let token = issue(fake, identity, tenant, "https://vault.azure.net", NOW, 100);
        ask(fake, &get(url, &[("authorization", &format!("Bearer {token}"))]))
    }

    /// The names on each page, following the links, each of which has to begin like this.
    fn pages(fake: &Fake, query: &str, links: &str) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut url = format!("{BASE}/secrets?{query}");
        loop {
            let (status, body) = ask_as(fake, 0, &url);
            assert_eq!(status, 200, "{url}: {body}");
            let items = body["value"].as_array().unwrap();
            let name = |item: &Value| item["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            pages.push(items.iter().map(name).collect());
            let Some(next) = body["nextLink"].as_str() else { return pages };
            assert!(next.starts_with(links), "{next}");
            next.clone_into(&mut url);
        }
    }

    #[test]
    fn pages_follow_each_other() {
        let sizes = |count, query: &str| -> Vec<usize> {
            let links = "https://kv.vault.azure.net:443/secrets?api-version=7.4&$skiptoken=";
            pages(&world(count), query, links).iter().map(Vec::len).collect()
        };
        assert_eq!(sizes(0, "api-version=7.4"), [0]);
        assert_eq!(sizes(25, "api-version=7.4"), [25]);
        assert_eq!(sizes(51, "api-version=7.4"), [25, 25, 1]);
        assert_eq!(sizes(4, "api-version=7.4&maxresults=2"), [2, 2]);
        assert_eq!(sizes(3, "api-version=7.4&maxresults=1"), [1, 1, 1]);
        let links = "https://kv.vault.azure.net:443/secrets?api-version=2025-07-01&$skiptoken=";
        let names = pages(&world(3), "maxresults=2&api-version=2025-07-01", links);
        assert_eq!(names, [vec!["s-0", "s-1"], vec!["s-2"]]);
    }

    #[test]
    fn a_link_has_the_vaults_own_port() {
        assert_eq!(with_port("https://kv.vault.azure.net/"), "https://kv.vault.azure.net:443");
        assert_eq!(with_port("https://kv.corp.example.com:8443"), "https://kv.corp.example.com:8443");
    }

    #[test]
    fn the_latest_of_each_name_without_its_value() {
        let fake = fake(
            "[[identity]]\nname = 'reader'\nkind = 'user-assigned'\n\
             [[vault]]\nurl = 'https://kv.vault.azure.net'\nroles = { reader = 'Key Vault Reader' }\n\
             [[vault.secret]]\nname = 'a'\nvalue = 'canary-1'\n\
             [[vault.secret]]\nname = 'off'\nvalue = 'canary-2'\nenabled = false\ncreated = 1\nupdated = 2\n\
             [[vault.secret]]\nname = 'A'\nvalue = 'canary-3'\ncontent-type = 'x/y'\ntags = { k = 'v' }\n\
             created = 3\nupdated = 4\nnbf = 5\nexp = 6\n",
        );
        let expected = json!({
            "value": [
                {
                    "id": "https://kv.vault.azure.net/secrets/A",
                    "contentType": "x/y",
                    "attributes": {
                        "enabled": true, "created": 3, "updated": 4, "nbf": 5, "exp": 6,
                        "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90,
                    },
                    "tags": {"k": "v"},
                },
                {
                    "id": "https://kv.vault.azure.net/secrets/off",
                    "attributes": {
                        "enabled": false, "created": 1, "updated": 2,
                        "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90,
                    },
                    "tags": {},
                },
            ],
            "nextLink": null,
        });
        assert_eq!(ask_as(&fake, 0, &format!("{BASE}/secrets?api-version=7.4")), (200, expected));
    }

    #[test]
    fn refuses_what_is_wrong() {
        let fake = world(3);
        let token = |text: &str| BASE64URL.encode(text);
        for query in [
            "maxresults=0".to_owned(),
            "maxresults=26".to_owned(),
            "maxresults=-1".to_owned(),
            "maxresults=two".to_owned(),
            "maxresults=".to_owned(),
            "maxresults=1&maxresults=2".to_owned(),
            "$skiptoken=".to_owned(),
            "$skiptoken=canary!".to_owned(),
            format!("$skiptoken={}", token("after")),
            format!("$skiptoken={}", token("after -1")),
            format!("$skiptoken={}", token("1")),
            "$top=2".to_owned(),
        ] {
            let (status, body) = ask_as(&fake, 0, &format!("{BASE}/secrets?api-version=7.4&{query}"));
            assert_eq!((status, &body["error"]["code"]), (400, &"BadParameter".into()), "{query}: {body}");
        }
        // An end that has come nearer since the link was made.
        let (status, body) =
            ask_as(&fake, 0, &format!("{BASE}/secrets?api-version=7.4&$skiptoken={}", token("after 7")));
        assert_eq!((status, body), (200, json!({"value": [], "nextLink": null})));
    }

    #[test]
    fn a_role_is_needed() {
        let (status, body) = ask_as(&world(1), 1, &format!("{BASE}/secrets?api-version=7.4"));
        let error = &body["error"];
        assert_eq!((status, &error["innererror"]["code"]), (403, &"ForbiddenByRbac".into()));
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("Action: 'Microsoft.KeyVault/vaults/secrets/readMetadata/action'\r\n"), "{message}");
        assert!(message.contains("/providers/microsoft.keyvault/vaults/kv'\r\n"), "{message}");
    }
}
