//! Azure Arc's challenge. Only key files of the agent are read, whatever path the challenge names, and the key is sent
//! only to the agent.
//!
//! Input: the first line is the challenge header, the rest is the content of every file.
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
            Some(_) => World::token_response("canary-token"),
            None => World::response(401, Some(("www-authenticate", &challenge)), b""),
        })
    });
    let world = Rc::new(world.with_file(None, key));
    let credential = Credential::new(world.clone(), CredentialKind::ManagedIdentity, &CredentialOptions::default());
    let result = run(&world, credential.get_token(vec![SCOPE.to_owned()], &TokenOptions::default()));

    for path in world.read.borrow().iter() {
        let name = path
            .strip_prefix(KEYS)
            .and_then(|name| name.strip_suffix(".key"))
            .expect("only key files of the agent are read");
        assert!(!name.is_empty() && !name.contains('/'), "{path}");
    }
    let sent = world.sent.borrow();
    assert!(sent.len() <= 2 && sent.iter().all(|request| request.authority == AGENT), "{sent:?}");
    if let Some(authenticated) = sent.get(1) {
        let value = authenticated.header("authorization").and_then(|value| value.strip_prefix("Basic "));
        let value = value.expect("the second request has the key");
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
