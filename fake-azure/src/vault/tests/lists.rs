//! Lists of secrets, versions and deleted secrets.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};

use super::super::super::Fake;
use super::super::super::testing::{NOW, fake};
use super::{call, code, url};

/// A vault with this many secrets, s-00 and so on; `reader` has a role that reads no value.
fn world(count: usize) -> Fake {
    let mut text =
        "[[identity]]\nname = 'reader'\nkind = 'user-assigned'\n[[identity]]\nname = 'o'\nkind = 'user-assigned'\n\
                    [[vault]]\nurl = 'https://story-kv.vault.azure.net'\n\
                    roles = { reader = 'Key Vault Reader', o = 'Key Vault Administrator' }\n"
            .to_owned();
    for index in 0..count {
        let _ = writeln!(text, "[[vault.secret]]\nname = 's-{index:02}'\nvalue = 'canary'");
    }
    fake(&text)
}

/// The last parts of the ids on each page, following the links, each of which has to begin like this.
fn pages(fake: &Fake, path: &str, query: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut next = url(&format!("{path}?{query}"));
    loop {
        let (status, body) = call(fake, "reader", "GET", &next, None);
        assert_eq!(status, 200, "{next}: {body}");
        assert!(!body.to_string().contains("canary"), "{body}");
        let items = body["value"].as_array().unwrap();
        let last = |item: &Value| item["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        pages.push(items.iter().map(last).collect());
        let Some(link) = body["nextLink"].as_str() else { return pages };
        let begins = format!("https://story-kv.vault.azure.net:443{path}?api-version=7.4&$skiptoken=");
        assert!(link.starts_with(&begins), "{link}");
        link.clone_into(&mut next);
    }
}

#[test]
fn pages_follow_each_other() {
    for (count, query, sizes) in [
        (0, "api-version=7.4", &[0][..]),
        (25, "api-version=7.4", &[25]),
        (51, "api-version=7.4", &[25, 25, 1]),
        (4, "maxresults=2&api-version=7.4", &[2, 2]),
        (3, "api-version=7.4&maxresults=1", &[1, 1, 1]),
    ] {
        let fake = world(count);
        let pages = pages(&fake, "/secrets", query);
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
        let names: Vec<String> = (0..count).map(|index| format!("s-{index:02}")).collect();
        assert_eq!(pages.concat(), names);
    }
}

#[test]
fn deleting_between_pages_skips_no_secret() {
    let fake = world(4);
    let (_, first) = call(&fake, "o", "GET", "/secrets?api-version=7.4&maxresults=2", None);
    call(&fake, "o", "DELETE", "/secrets/s-01", None);
    let (_, second) = call(&fake, "o", "GET", first["nextLink"].as_str().unwrap(), None);
    assert_eq!(second["value"][0]["id"], url("/secrets/s-02"));
}

#[test]
fn lists_latest_versions_without_values() {
    let fake = fake(
        "[[identity]]\nname = 'reader'\nkind = 'user-assigned'\n\
         [[vault]]\nurl = 'https://story-kv.vault.azure.net'\nroles = { reader = 'Key Vault Reader' }\n\
         [[vault.secret]]\nname = 'A'\nvalue = 'canary-1'\n\
         [[vault.secret]]\nname = 'off'\nvalue = 'canary-2'\nenabled = false\ncreated = 1\nupdated = 2\n\
         [[vault.secret]]\nname = 'a'\nvalue = 'canary-3'\ncontent-type = 'x/y'\ntags = { k = 'v' }\n\
         created = 3\nupdated = 4\nnbf = 5\nexp = 6\n",
    );
    let expected = json!({
        "value": [
            {
                "id": "https://story-kv.vault.azure.net/secrets/A",
                "contentType": "x/y",
                "attributes": {
                    "enabled": true, "created": 3, "updated": 4, "nbf": 5, "exp": 6,
                    "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90,
                },
                "tags": {"k": "v"},
            },
            {
                "id": "https://story-kv.vault.azure.net/secrets/off",
                "attributes": {
                    "enabled": false, "created": 1, "updated": 2,
                    "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90,
                },
            },
        ],
        "nextLink": null,
    });
    assert_eq!(call(&fake, "reader", "GET", "/secrets", None), (200, expected));
}

#[test]
fn versions_are_sorted_by_id() {
    let fake = world(1);
    for _ in 0..29 {
        call(&fake, "o", "PUT", "/secrets/s-00", Some(&json!({"value": "canary"})));
    }
    let pages = pages(&fake, "/secrets/s-00/versions", "api-version=7.4");
    let versions = pages.concat();
    assert!(pages[0].len() == 25 && versions.len() == 30 && versions.is_sorted(), "{versions:?}");
    let nothing = json!({"value": [], "nextLink": null});
    assert_eq!(call(&fake, "reader", "GET", "/secrets/missing/versions", None), (200, nothing.clone()));
    call(&fake, "o", "DELETE", "/secrets/s-00", None);
    assert_eq!(call(&fake, "reader", "GET", "/secrets/s-00/versions", None), (200, nothing));
}

#[test]
fn deleted_ones_are_listed_with_their_end() {
    let fake = world(28);
    for index in 0..27 {
        call(&fake, "o", "DELETE", &format!("/secrets/s-{index:02}"), None);
    }
    let pages = pages(&fake, "/deletedsecrets", "api-version=7.4");
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [25, 2]);
    let (_, body) = call(&fake, "reader", "GET", "/deletedsecrets/?api-version=7.4&maxresults=1", None);
    let item = &body["value"][0];
    assert_eq!(item["id"], url("/secrets/s-00"));
    assert_eq!(item["recoveryId"], url("/deletedsecrets/s-00"));
    assert_eq!((&item["deletedDate"], &item["scheduledPurgeDate"]), (&json!(NOW), &json!(NOW + 90 * 86_400)));
    assert_eq!(call(&fake, "reader", "GET", "/secrets", None).1["value"].as_array().unwrap().len(), 1);
}

#[test]
fn refuses_invalid_requests() {
    let fake = world(3);
    let token = |text: &str| format!("$skiptoken={}", BASE64URL.encode(text));
    for path in ["/secrets", "/secrets/s-00/versions", "/deletedsecrets"] {
        for query in [
            "maxresults=0",
            "maxresults=26",
            "maxresults=-1",
            "maxresults=two",
            "maxresults=",
            "maxresults=1&maxresults=2",
            "$skiptoken=",
            "$skiptoken=canary!",
            &token("after"),
            &token("after "),
            &token("after a b"),
            &token("1"),
            "$top=2",
        ] {
            let (status, body) = call(&fake, "reader", "GET", &format!("{path}?api-version=7.4&{query}"), None);
            assert_eq!((status, code(&body)), (400, "BadParameter"), "{query}: {body}");
        }
    }
    // An end that has come nearer since the link was made.
    let (status, body) = call(&fake, "reader", "GET", &format!("/secrets?api-version=7.4&{}", token("after t")), None);
    assert_eq!((status, body), (200, json!({"value": [], "nextLink": null})));
}
