//! Names, identifiers and references of secrets: requests go only to the client's own vault, with a name and a version that
//! Key Vault allows; any other text is rejected before a request is sent.
#![no_main]

use std::rc::Rc;

use keyfob_component::{
    ClientOptions, Credential, CredentialKind, CredentialOptions, ErrorKind, GetSecretOptions, SecretClient,
};
use keyfob_fuzz::{World, run};
use libfuzzer_sys::fuzz_target;

const VAULT: &str = "my-vault.vault.azure.net";
const QUERY: &str = "?api-version=2026-04-01";

fuzz_target!(|text: &str| {
    let world = Rc::new(World::new(&[], |_| Some(World::response(200, None, br#"{"value":"v"}"#))));
    let kind = CredentialKind::StaticToken { token: "token".into(), expires_on: u64::MAX, scope: None };
    let credential = Credential::new(world.clone(), kind, &CredentialOptions::default());
    let client =
        SecretClient::open(&format!("https://{VAULT}"), &credential, ClientOptions::default()).expect("a vault");
    let result = run(&world, client.get_secret(text, &GetSecretOptions::default()));

    let sent = world.sent.borrow();
    let Some(request) = sent.first() else {
        let error = result.expect_err("no request was sent");
        assert_eq!(error.kind, ErrorKind::InvalidArgument);
        assert!(!error.message.chars().any(char::is_control), "{:?}", error.message);
        return;
    };
    assert!(sent.len() == 1 && request.https && request.authority == VAULT, "{text}");
    let path = request.path.strip_prefix("/secrets/").and_then(|path| path.strip_suffix(QUERY)).expect("a secret");
    let parts: Vec<&str> = path.split('/').collect();
    assert!(parts.len() <= 2, "{path}");
    for (part, max_length) in parts.iter().zip([127, 64]) {
        assert!((1..=max_length).contains(&part.len()), "{path}");
        assert!(part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && text.contains(part), "{text}");
    }
    let secret = result.expect("the secret");
    assert_eq!(
        (secret.properties.name.as_str(), secret.properties.version.as_deref()),
        (parts[0], parts.get(1).copied())
    );
});
