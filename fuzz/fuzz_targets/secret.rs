//! Secrets and lists of secrets: the value is the same as serde_json's, the secret is the requested one, and no identifier
//! or link sends the token to another host or to another path than the list's.
//!
//! Input: the first byte selects a secret, a version, a list whose first page has this body, or a list whose pages all have
//! it; the rest is the body.
#![no_main]

use std::cell::Cell;
use std::rc::Rc;

use keyfob_component::{
    ClientOptions, Credential, CredentialKind, CredentialOptions, GetSecretOptions, ListOptions, SecretClient,
};
use keyfob_fuzz::{VAULT, Value, World, assert_hidden, choose, run};
use libfuzzer_sys::fuzz_target;

const TOKEN: &str = "canary-token";
const LAST_PAGE: &[u8] = br#"{"value":[{"id":"https://my-vault.vault.azure.net/secrets/last"}]}"#;

fuzz_target!(|data: &[u8]| {
    let Some((kind, body)) = choose(data, 4) else { return };
    let (response_body, page) = (body.to_owned(), Cell::new(0));
    let world = Rc::new(World::new(&[], move |_| {
        page.set(page.get() + 1);
        Some(World::response(200, None, if kind == 2 && page.get() > 1 { LAST_PAGE } else { &response_body }))
    }));
    let token = CredentialKind::StaticToken { token: TOKEN.into(), expires_on: u64::MAX, scope: None };
    let credential = Credential::new(world.clone(), token, &CredentialOptions::default());
    let client = SecretClient::open(&format!("https://{VAULT}"), &credential, ClientOptions::default());
    let client = client.expect("the vault's URL is valid");
    let path_prefix = match kind {
        0 => "/secrets/secret-a?",
        1 => "/secrets/secret-a/v1?",
        _ => "/secrets?",
    };
    if kind < 2 {
        get(&world, &client, kind == 1, body)
    } else {
        list(&world, client)
    }
    for request in world.sent.borrow().iter() {
        assert!(request.https && request.authority == VAULT && !request.post, "{request:?}");
        assert!(
            request.path.starts_with(path_prefix) && request.path.ends_with("api-version=2026-04-01"),
            "{request:?}"
        );
        assert!(!request.path.contains(['#', '\\']) && request.path.matches("&api-version=").count() <= 1);
    }
    if kind == 2 && world.sent.borrow().len() > 1 {
        check_link(body);
    }
});

fn get(world: &Rc<World>, client: &SecretClient, version: bool, body: &[u8]) {
    let version = version.then(|| "v1".to_owned());
    let options = GetSecretOptions { version: version.clone(), ..GetSecretOptions::default() };
    match run(world, client.get_secret("secret-a", &options)) {
        Ok(secret) => {
            // serde_json rejects the body if any number in it is too large for an `f64`.
            if let Some(json) = Value::parse(body) {
                assert_eq!(json.text(&["value"]), Some(secret.value.expose()));
                let tags = match json.at(&["tags"]) {
                    Some(Value::Object(members)) => members.iter().filter(|(_, v)| matches!(v, Value::Text(_))).count(),
                    _ => 0,
                };
                assert_eq!(secret.properties.tags.len(), tags);
            }
            let properties = &secret.properties;
            assert!(properties.name.eq_ignore_ascii_case("secret-a"), "{properties:?}");
            let same = |requested: &String| {
                properties.version.as_ref().is_some_and(|version| version.eq_ignore_ascii_case(requested))
            };
            assert!(version.as_ref().is_none_or(same), "{properties:?}");
        }
        Err(error) => assert_hidden(world, Some(&error), TOKEN),
    }
    assert_eq!(world.sent.borrow().len(), 1);
}

fn list(world: &Rc<World>, client: SecretClient) {
    let list = Rc::new(client).list_properties_of_secrets(&ListOptions::default());
    for _ in 0..3 {
        match run(world, list.next()) {
            Ok(Some(page)) => assert!(!page.is_empty() && page.iter().all(|it| !it.name.is_empty()), "{page:?}"),
            Ok(None) => return,
            Err(error) => return assert_hidden(world, Some(&error), TOKEN),
        }
    }
}

/// Checks that the link that was followed is one to a page of this list, whatever host it names.
fn check_link(body: &[u8]) {
    let Some(json) = Value::parse(body) else { return };
    let link = json.text(&["nextLink"]).and_then(keyfob_component::fuzzing::url).expect("a link");
    assert!(link.path.starts_with("/secrets?"), "{link:?}");
}
