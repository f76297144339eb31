//! Azure Arc's challenge: it leads to a key of the agent and to no other file, and the key goes to the agent alone.
//!
//! The first line is the header, the rest is what every file holds.
#![no_main]

use std::rc::Rc;

use keyfob_component::{Credential, CredentialKind, CredentialOptions, TokenOptions};
use keyfob_fuzz::{CANARY, SCOPE, World, assert_hidden, line, run};
use libfuzzer_sys::fuzz_target;

const AGENT: &str = "127.0.0.1:40342";
const KEYS: &str = "/var/opt/azcmagent/tokens/";

fuzz_target!(|data: &[u8]| {
    let Some((header, key)) = line(data) else { return };
    let challenge = header.to_owned();
    let environment = [
        ("IDENTITY_ENDPOINT", "http://127.0.0.1:40342/metadata/identity/oauth2/token"),
        ("IMDS_ENDPOINT", "http://127.0.0.1:40342"),
    ];
    let world = World::new(&environment, move |sent| {
        Some(match sent.header("authorization") {
            Some(_) => World::token("canary-token"),
            None => World::reply(401, Some(("www-authenticate", &challenge)), b""),
        })
    });
    let world = Rc::new(world.with_file(None, key));
    let credential = Credential::new(world.clone(), CredentialKind::ManagedIdentity, &CredentialOptions::default());
    let result = run(&world, credential.get_token(vec![SCOPE.to_owned()], &TokenOptions::default()));

    for path in world.read.borrow().iter() {
        let name = path.strip_prefix(KEYS).and_then(|name| name.strip_suffix(".key")).expect("a key of the agent");
        assert!(!name.is_empty() && !name.contains('/'), "{path}");
    }
    let sent = world.sent.borrow();
    assert!(sent.len() <= 2 && sent.iter().all(|request| request.authority == AGENT), "{sent:?}");
    if let Some(proven) = sent.get(1) {
        let value = proven.header("authorization").and_then(|value| value.strip_prefix("Basic ")).expect("a key");
        assert!(value.as_bytes() == key && !key.is_empty() && key.len() <= 4096);
    }
    assert_eq!(result.is_ok(), sent.len() == 2);
    if let Ok(key) = std::str::from_utf8(key)
        && key.starts_with(CANARY)
        && !header.contains(CANARY)
    {
        assert_hidden(&world, result.as_ref().err().map(|error| &**error), key);
    }
});
