//! A vault's challenges. Whatever they contain, the token is sent only to the vault, and the client secret only to Entra,
//! with a scope in the vault's own domain and a well-formed tenant.
//!
//! Input: the first byte selects the vault (in a known cloud, in an unknown domain, the same without verification), the
//! second how often it responds 401; the rest is the challenge header.
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
    // A header that contains the secrets' prefix could not be told apart from a leaked secret.
    let Some(header) = std::str::from_utf8(header).ok().filter(|header| !header.contains("canary")) else { return };
    let host = [VAULT, "my-vault.vault.contoso.example", "my-vault.vault.contoso.example"][kind];

    let (header, requests) = (header.to_owned(), Cell::new(0));
    let world = Rc::new(World::new(&[], move |sent| {
        if sent.authority == ENTRA {
            return Some(World::token_response(TOKEN));
        }
        requests.set(requests.get() + 1);
        let challenge = Some(("www-authenticate", header.as_str()));
        let status = if requests.get() > refusals { 200 } else { 401 };
        Some(World::response(status, challenge, br#"{"value":"v"}"#))
    }));
    let options =
        CredentialOptions { additionally_allowed_tenants: vec!["*".to_owned()], ..CredentialOptions::default() };
    let authentication = ClientAuthentication::Secret(SECRET.into());
    let credential_kind =
        CredentialKind::Client { tenant_id: "contoso".to_owned(), client_id: CLIENT.to_owned(), authentication };
    let credential = Credential::new(world.clone(), credential_kind, &options);
    let verify = ClientOptions { verify_challenge_resource: kind != 2, ..ClientOptions::default() };
    let client = SecretClient::open(&format!("https://{host}"), &credential, verify).expect("a vault");
    let result = run(&world, client.get_secret("a", &GetSecretOptions::default()));
    for secret in [SECRET, TOKEN] {
        assert_hidden(&world, result.as_ref().err().map(|error| &**error), secret);
    }

    let sent = world.sent.borrow();
    // At most three requests to the vault (without a token, after its challenge, after a claims challenge), and one to
    // Entra before each but the first.
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

/// Whether the host is in the domain that the scope's resource names.
fn is_own_domain(scope: &str, host: &str) -> bool {
    let resource = scope.strip_suffix("/.default").unwrap_or(scope);
    let url = keyfob_component::fuzzing::url(resource).expect("a resource is a URL");
    url.https && host.ends_with(&format!(".{}", url.host))
}
