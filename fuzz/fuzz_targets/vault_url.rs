//! Vault URLs: a token is sent over https only, and only to the given host; in a known cloud only to a vault, with that
//! cloud's scope. Any other URL is rejected with a hint, and the error shows neither its user name nor its query.
#![no_main]

use std::rc::Rc;

use keyfob_component::{
    ClientOptions, Credential, CredentialKind, CredentialOptions, ErrorKind, GetSecretOptions, SecretClient,
};
use keyfob_fuzz::{World, assert_hidden, run};
use libfuzzer_sys::fuzz_target;

const CLOUDS: [&str; 5] = [
    "vault.azure.net",
    "vault.usgovcloudapi.net",
    "vault.azure.cn",
    "vault.microsoftazure.de",
    "vault.sovcloud-api.fr",
];

const TOKEN: &str = "canary-token";

fuzz_target!(|text: &str| {
    // A URL that contains the secrets' prefix could not be told apart from a leaked token.
    if text.contains("canary") {
        return;
    }
    for allow_loopback in [false, true] {
        check(text, allow_loopback);
    }
});

fn check(text: &str, allow_loopback: bool) {
    let environment: &[_] = if allow_loopback { &[("KEYFOB_ALLOW_LOOPBACK_HTTP", "1")] } else { &[] };
    let world = Rc::new(World::new(environment, |_| Some(World::response(200, None, br#"{"value":"v"}"#))));
    let kind = CredentialKind::StaticToken { token: TOKEN.into(), expires_on: u64::MAX, scope: None };
    let credential = Credential::new(world.clone(), kind, &CredentialOptions::default());
    let client = match SecretClient::open(text, &credential, ClientOptions::default()) {
        Ok(client) => client,
        Err(error) => {
            assert_eq!(error.kind, ErrorKind::InvalidArgument);
            assert!(error.hint.is_some(), "{text}");
            assert!(!error.message.contains('?'), "{}", error.message);
            let before = text.split('?').next().unwrap_or_default();
            // The second describes the text and shows nothing of it.
            let hidden =
                ["the text given is not", "the vault URL "].iter().any(|start| error.message.starts_with(start));
            assert!(!before.contains('@') || hidden, "{}", error.message);
            assert!(error.message.chars().count() < 1000, "{}", error.message);
            assert!(!error.message.chars().any(char::is_control), "{:?}", error.message);
            return;
        }
    };
    let result = run(&world, client.get_secret("a", &GetSecretOptions::default()));
    assert_hidden(&world, result.as_ref().err().map(|error| &**error), TOKEN);

    let sent = world.sent.borrow();
    let request = sent.first().expect("a request");
    let (host, port) = match request.authority.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => (host, Some(port)),
        _ => (request.authority.as_str(), None),
    };
    assert!(!host.is_empty() && !host.ends_with('.') && !host.contains(['@', '\\', '%', '/']), "{host}");
    assert!(text.to_ascii_lowercase().contains(host) && !host.bytes().any(|b| b.is_ascii_uppercase()));
    if !request.https {
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        assert!(allow_loopback && (host == "localhost" || address.expect("an address").is_loopback()), "{text}");
    }
    let cloud = CLOUDS.into_iter().find(|cloud| host.ends_with(&format!(".{cloud}")) || host == *cloud);
    match cloud {
        Some(cloud) => {
            assert_eq!(client.scope(), Some(format!("https://{cloud}/.default")));
            let label = host.strip_suffix(cloud).and_then(|label| label.strip_suffix('.')).expect("a name");
            assert!(!label.is_empty() && !label.contains('.') && port.is_none() && request.https, "{text}");
        }
        None if request.https => {
            // In an unknown domain the scope is known only after the vault's challenge.
            assert_eq!((client.scope(), request.header("authorization")), (None, None));
            for cloud in CLOUDS {
                let inside = cloud.strip_prefix("vault").expect("a vault");
                for word in ["managedhsm", "vaultcore", "privatelink"] {
                    assert!(!host.ends_with(&format!(".{word}{inside}")), "{text}");
                }
            }
        }
        None => assert_eq!(client.scope().as_deref(), Some("https://vault.azure.net/.default")),
    }
    if client.scope().is_some() {
        assert_eq!(request.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    }
    let scheme = if request.https { "https" } else { "http" };
    let again = SecretClient::open(&format!("{scheme}://{}", request.authority), &credential, ClientOptions::default());
    assert_eq!(again.expect("the same vault").scope(), client.scope());
}
