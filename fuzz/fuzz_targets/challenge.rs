//! A vault's challenges. Whatever they say, the token goes to the vault alone and the client secret to Entra alone, for
//! the vault's own domain and a tenant that is one.
//!
//! First byte: the vault (known cloud, another, another without verification); second: how often it refuses; the rest
//! is the header.
#![no_main]

use std::cell::Cell;
use std::rc::Rc;

use keyfob_component::{
    ClientAuthentication, ClientOptions, Credential, CredentialKind, CredentialOptions, GetSecretOptions, SecretClient,
};
use keyfob_fuzz::{CLIENT, ENTRA, SCOPE, VAULT, World, assert_hidden, choose, run};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "canary-secret";
const TOKEN: &str = "canary-token";

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = choose(data, 3) else { return };
    let Some((refusals, header)) = choose(rest, 5) else { return };
    // What the vault knows of itself is no echo.
    let Some(header) = std::str::from_utf8(header).ok().filter(|header| !header.contains("canary")) else { return };
    let host = [VAULT, "my-vault.vault.contoso.example", "my-vault.vault.contoso.example"][kind];

    let (answer_header, refused) = (header.to_owned(), Cell::new(0));
    let world = Rc::new(World::new(&[], move |sent| {
        if sent.authority == ENTRA {
            return Some(World::token(TOKEN));
        }
        refused.set(refused.get() + 1);
        let value = Some(("www-authenticate", answer_header.as_str()));
        let fine = refused.get() > refusals;
        Some(World::reply(if fine { 200 } else { 401 }, value, br#"{"value":"v"}"#))
    }));
    let options =
        CredentialOptions { additionally_allowed_tenants: vec!["*".to_owned()], ..CredentialOptions::default() };
    let authentication = ClientAuthentication::Secret(SECRET.into());
    let of = CredentialKind::Client { tenant_id: "contoso".to_owned(), client_id: CLIENT.to_owned(), authentication };
    let credential = Credential::new(world.clone(), of, &options);
    let verify = ClientOptions { verify_challenge_resource: kind != 2, ..ClientOptions::default() };
    let client = SecretClient::open(&format!("https://{host}"), &credential, verify).expect("a vault");
    let result = run(&world, client.get_secret("a", &GetSecretOptions::default()));
    for secret in [SECRET, TOKEN] {
        assert_hidden(&world, result.as_ref().err().map(|error| &**error), secret);
    }

    let sent = world.sent.borrow();
    // Bare, for the vault's challenge, for claims; a token before each but the first.
    assert!(sent.len() <= 6, "{} requests", sent.len());
    for request in sent.iter() {
        assert!(request.https && (request.authority == host || request.authority == ENTRA), "{request:?}");
        if request.authority == host {
            let bearer = request.header("authorization");
            assert!(bearer.is_none_or(|value| value == format!("Bearer {TOKEN}")), "{request:?}");
            continue;
        }
        let tenant = request.path.strip_prefix('/').and_then(|path| path.strip_suffix("/oauth2/v2.0/token"));
        let tenant = tenant.expect("the token endpoint");
        assert!(tenant.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.'), "{tenant}");
        assert!(!tenant.is_empty() && tenant.bytes().any(|b| b != b'.'), "{tenant}");
        let scope = request.body.split('&').find_map(|field| field.strip_prefix("scope=")).expect("a scope");
        let scope = percent_encoding::percent_decode_str(scope).decode_utf8().expect("text");
        match kind {
            0 => assert_eq!(scope, SCOPE),
            1 => assert!(is_own_domain(&scope, host), "{scope} for {host}"),
            _ => assert!(!scope.is_empty() && scope.len() <= 521 && scope.bytes().all(|b| b.is_ascii_graphic())),
        }
    }
});

/// Whether the resource's host is a domain that holds this host.
fn is_own_domain(scope: &str, host: &str) -> bool {
    let resource = scope.strip_suffix("/.default").unwrap_or(scope);
    let url = keyfob_component::fuzzing::url(resource).expect("a resource is a URL");
    url.https && host.ends_with(&format!(".{}", url.host))
}
