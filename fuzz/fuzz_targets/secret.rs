//! Secrets and lists of them: the value is serde_json's, the secret is the one that was asked for, and no identifier and
//! no link leads the token to another host or away from the list.
//!
//! First byte: one secret, one version, a list; the rest is the body, of a list's first page or of all its pages.
#![no_main]

use std::cell::Cell;
use std::rc::Rc;

use keyfob_component::{
    ClientOptions, Credential, CredentialKind, CredentialOptions, GetSecretOptions, ListOptions, SecretClient,
};
use keyfob_fuzz::{VAULT, Value, World, assert_hidden, choose, run};
use libfuzzer_sys::fuzz_target;

const TOKEN: &str = "canary-token";
const LAST: &[u8] = br#"{"value":[{"id":"https://my-vault.vault.azure.net/secrets/last"}]}"#;

fuzz_target!(|data: &[u8]| {
    let Some((kind, body)) = choose(data, 4) else { return };
    let (reply, page) = (body.to_owned(), Cell::new(0));
    let world = Rc::new(World::new(&[], move |_| {
        page.set(page.get() + 1);
        Some(World::reply(200, None, if kind == 2 && page.get() > 1 { LAST } else { &reply }))
    }));
    let token = CredentialKind::StaticToken { token: TOKEN.into(), expires_on: u64::MAX };
    let credential = Credential::new(world.clone(), token, &CredentialOptions::default());
    let client = SecretClient::open(&format!("https://{VAULT}"), &credential, ClientOptions::default());
    let client = client.expect("a vault");
    let start = match kind {
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
        assert!(request.path.starts_with(start) && request.path.ends_with("api-version=2026-04-01"), "{request:?}");
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
            // A number that serde_json has no room for may stand anywhere.
            if let Some(json) = Value::read(body) {
                assert_eq!(json.text(&["value"]), Some(secret.value.expose()));
                let tags = match json.at(&["tags"]) {
                    Some(Value::Object(members)) => members.iter().filter(|(_, v)| matches!(v, Value::Text(_))).count(),
                    _ => 0,
                };
                assert_eq!(secret.properties.tags.len(), tags);
            }
            let it = &secret.properties;
            assert!(it.name.eq_ignore_ascii_case("secret-a"), "{it:?}");
            let same = |asked: &String| it.version.as_ref().is_some_and(|got| got.eq_ignore_ascii_case(asked));
            assert!(version.as_ref().is_none_or(same), "{it:?}");
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

/// What was followed leads to the next page of this list.
fn check_link(body: &[u8]) {
    let Some(json) = Value::read(body) else { return };
    let link = json.text(&["nextLink"]).and_then(keyfob_component::fuzzing::url).expect("a link");
    assert_eq!(link.origin, format!("https://{VAULT}"));
    assert!(link.path.starts_with("/secrets?"), "{link:?}");
}
