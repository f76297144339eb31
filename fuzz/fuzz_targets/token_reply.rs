//! Token replies of every source. What is taken is serde_json's text at `access_token`, fits a header, ends when the
//! reply says, and is asked for again only when it must be; it stands in no error and no log.
//!
//! First byte: the source; the rest is the body.
#![no_main]

use std::rc::Rc;

use keyfob_component::{
    AccessToken, ClientAuthentication, ClientOptions, Credential, CredentialKind, CredentialOptions, GetSecretOptions,
    SecretClient, TokenOptions,
};
use keyfob_fuzz::{CANARY, CLIENT, ENTRA, NOW, SCOPE, VAULT, Value, World, assert_hidden, choose, run};
use libfuzzer_sys::fuzz_target;

const ENDPOINT: &str = "http://127.0.0.1:8081/token";

/// The variables by which each managed identity is found; Entra has none.
const SOURCES: [&[(&str, &str)]; 5] = [
    &[],
    &[],
    &[("IDENTITY_ENDPOINT", ENDPOINT), ("IDENTITY_HEADER", "canary-header")],
    &[("MSI_ENDPOINT", ENDPOINT), ("MSI_SECRET", "canary-header")],
    &[("MSI_ENDPOINT", ENDPOINT)],
];

fuzz_target!(|data: &[u8]| {
    let Some((source, body)) = choose(data, SOURCES.len()) else { return };
    let reply = body.to_owned();
    let world = Rc::new(World::new(SOURCES[source], move |sent| {
        Some(match sent.authority == VAULT {
            true => World::reply(403, None, br#"{"error":{"code":"Forbidden","message":"no"}}"#),
            false => World::reply(200, None, &reply),
        })
    }));
    let kind = match source {
        0 => CredentialKind::Client {
            tenant_id: "contoso".to_owned(),
            client_id: CLIENT.to_owned(),
            authentication: ClientAuthentication::Secret("canary-secret".into()),
        },
        _ => CredentialKind::ManagedIdentity,
    };
    let credential = Credential::new(world.clone(), kind, &CredentialOptions::default());
    let ask = || run(&world, credential.get_token(vec![SCOPE.to_owned()], &TokenOptions::default()));
    let json = Value::read(body);
    let said = json.as_ref().and_then(|json| json.text(&["access_token"]));
    match ask() {
        Ok(token) => {
            assert_eq!(world.sent.borrow().len(), 1);
            check(&token, said, json.as_ref());
            // Right after it came it is kept as long as it lives.
            assert!(ask().is_ok());
            assert_eq!(world.sent.borrow().len() == 1, token.expires_on > NOW, "{token:?}");
            use_it(&world, &credential, token.token.expose());
        }
        Err(error) => {
            if let Some(token) = said.filter(|token| token.starts_with(CANARY)) {
                assert_hidden(&world, Some(&error), token);
            }
            assert_hidden(&world, Some(&error), "canary-secret");
            assert_hidden(&world, Some(&error), "canary-header");
        }
    }
    assert!(
        world
            .sent
            .borrow()
            .iter()
            .all(|sent| [ENTRA, VAULT, "127.0.0.1:8081", "169.254.169.254"].contains(&sent.authority.as_str()))
    );
});

fn check(token: &AccessToken, said: Option<&str>, json: Option<&Value>) {
    let text = token.token.expose();
    assert!(!text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic()), "{text:?}");
    let Some(json) = json else {
        // A number somewhere in it that serde_json has no room for.
        return;
    };
    assert_eq!(said, Some(text));
    if let Some(Value::Whole(expires_on)) = json.at(&["expires_on"]) {
        assert_eq!(token.expires_on, *expires_on);
    } else if json.at(&["expires_on"]).is_none()
        && let Some(Value::Whole(expires_in)) = json.at(&["expires_in"])
    {
        // A round trip takes less than a second of the clock.
        assert_eq!(token.expires_on, NOW.saturating_add(*expires_in));
    }
    if let Some(refresh_on) = token.refresh_on {
        assert!(refresh_on >= NOW, "{refresh_on}");
    }
    assert!(!format!("{token:?}").contains(text) || text.len() < 40, "{token:?}");
}

/// A vault refuses it: the report names the ids in it, and them alone. And the app keeps it and comes back with it.
fn use_it(world: &Rc<World>, credential: &Credential, token: &str) {
    let vault = format!("https://{VAULT}");
    let kept = CredentialKind::StaticToken { token: token.into(), expires_on: u64::MAX };
    let kept = Credential::new(world.clone(), kept, &CredentialOptions::default());
    for credential in [credential, &kept] {
        let client = SecretClient::open(&vault, credential, ClientOptions::default()).expect("a vault");
        let error = run(world, client.get_secret("a", &GetSecretOptions::default())).expect_err("a refusal");
        for (name, value) in error.details.iter().filter(|(name, _)| name.ends_with("-id")) {
            let fine = value.len() == 36 && value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
            assert!(fine, "{name} {value:?}");
        }
        if token.starts_with(CANARY) {
            assert_hidden(world, Some(&error), token);
        }
    }
}
