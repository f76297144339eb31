//! Token responses of every source. An accepted token is the same as serde_json's `access_token`, is valid in a header, has
//! the expiry of the response, and is requested again only after it. It is in no error and no log line.
//!
//! Input: the first byte selects the source, the rest is the body.
#![no_main]

use std::rc::Rc;

use keyfob_component::{
    AccessToken, ClientAuthentication, ClientOptions, Credential, CredentialKind, CredentialOptions, GetSecretOptions,
    SecretClient, TokenOptions,
};
use keyfob_fuzz::{CANARY, CLIENT, ENTRA, NOW, SCOPE, VAULT, Value, World, assert_hidden, choose, run};
use libfuzzer_sys::fuzz_target;

const ENDPOINT: &str = "http://127.0.0.1:8081/token";

/// The environment variables of each source: Entra and IMDS need none.
const SOURCES: [&[(&str, &str)]; 5] = [
    &[],
    &[],
    &[("IDENTITY_ENDPOINT", ENDPOINT), ("IDENTITY_HEADER", "canary-header")],
    &[("MSI_ENDPOINT", ENDPOINT), ("MSI_SECRET", "canary-header")],
    &[("MSI_ENDPOINT", ENDPOINT)],
];

fuzz_target!(|data: &[u8]| {
    let Some((source, body)) = choose(data, SOURCES.len()) else { return };
    let response_body = body.to_owned();
    let world = Rc::new(World::new(SOURCES[source], move |sent| {
        Some(match sent.authority == VAULT {
            true => World::response(403, None, br#"{"error":{"code":"Forbidden","message":"no"}}"#),
            false => World::response(200, None, &response_body),
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
    let get_token = || run(&world, credential.get_token(vec![SCOPE.to_owned()], &TokenOptions::default()));
    let json = Value::parse(body);
    let access_token = json.as_ref().and_then(|json| json.text(&["access_token"]));
    match get_token() {
        Ok(token) => {
            assert_eq!(world.sent.borrow().len(), 1);
            check(&token, access_token, json.as_ref());
            // It is cached, unless it has already expired.
            assert!(get_token().is_ok());
            assert_eq!(world.sent.borrow().len() == 1, token.expires_on > NOW, "{token:?}");
            use_at_vault(&world, &credential, token.token.expose());
        }
        Err(error) => {
            if let Some(token) = access_token.filter(|token| token.starts_with(CANARY)) {
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

fn check(token: &AccessToken, access_token: Option<&str>, json: Option<&Value>) {
    let text = token.token.expose();
    assert!(!text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic()), "{text:?}");
    let Some(json) = json else {
        // serde_json rejects the body if any number in it is too large for an `f64`.
        return;
    };
    assert_eq!(access_token, Some(text));
    if let Some(Value::Integer(expires_on)) = json.at(&["expires_on"]) {
        assert_eq!(token.expires_on, *expires_on);
    } else if json.at(&["expires_on"]).is_none()
        && let Some(Value::Integer(expires_in)) = json.at(&["expires_in"])
    {
        // The simulated round trip takes less than a second.
        assert_eq!(token.expires_on, NOW.saturating_add(*expires_in));
    }
    if let Some(refresh_on) = token.refresh_on {
        assert!(refresh_on >= NOW, "{refresh_on}");
    }
    assert!(!format!("{token:?}").contains(text) || text.len() < 40, "{token:?}");
}

/// Uses the token at a vault that responds 403, once with the credential and once as a static token. The error's details
/// contain ids from the token, and nothing else of it.
fn use_at_vault(world: &Rc<World>, credential: &Credential, token: &str) {
    let vault = format!("https://{VAULT}");
    let kind = CredentialKind::StaticToken { token: token.into(), expires_on: u64::MAX, scope: None };
    let static_token = Credential::new(world.clone(), kind, &CredentialOptions::default());
    for credential in [credential, &static_token] {
        let client = SecretClient::open(&vault, credential, ClientOptions::default()).expect("a vault");
        let error = run(world, client.get_secret("a", &GetSecretOptions::default())).expect_err("403");
        for (name, value) in error.details.iter().filter(|(name, _)| name.ends_with("-id")) {
            let is_uuid = value.len() == 36 && value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
            assert!(is_uuid, "{name} {value:?}");
        }
        if token.starts_with(CANARY) {
            assert_hidden(world, Some(&error), token);
        }
    }
}
