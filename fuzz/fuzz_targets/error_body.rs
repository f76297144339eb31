//! Refusals of every service. Whatever they hold, the error shows none of the request's own secrets, plain or
//! percent-encoded, and stays short; and the call has ended in time.
//!
//! First byte: the service; second: the status; third: the header, and whether an identity is named; first line: the
//! header's value; the rest is the body. In the two, `%1` and `%2` stand for the secret, plain and encoded.
#![no_main]

use std::rc::Rc;

use keyfob_component::{
    ClientAuthentication, ClientOptions, Credential, CredentialKind, CredentialOptions, Error, GetSecretOptions,
    ManagedIdentityId, SecretClient, TokenOptions,
};
use keyfob_fuzz::{CLIENT, SCOPE, VAULT, World, assert_hidden, choose, line, run};
use libfuzzer_sys::fuzz_target;

/// As a token, a client secret and an identity header may be.
const SECRET: &str = "canary-/s3cr3t+~=";
const ENCODED: &str = "canary-%2Fs3cr3t%2B~%3D";

const STATUSES: [u16; 16] = [400, 401, 403, 404, 405, 407, 408, 409, 410, 418, 429, 500, 502, 503, 200, 302];
const HEADERS: [&str; 6] =
    ["retry-after", "x-ms-request-id", "server", "www-authenticate", "retry-after-ms", "location"];

const ENDPOINT: &str = "http://127.0.0.1:8081/token";
const SERVICES: [&[(&str, &str)]; 6] = [
    &[],
    &[],
    &[("IDENTITY_ENDPOINT", ENDPOINT), ("IDENTITY_HEADER", SECRET)],
    &[("MSI_ENDPOINT", ENDPOINT), ("MSI_SECRET", SECRET)],
    &[("MSI_ENDPOINT", ENDPOINT)],
    &[],
];

/// Three quotations and what is said around them: a vault's who and why, a code, a hint that names both.
const LONGEST: usize = 5000;

fuzz_target!(|data: &[u8]| {
    let Some((service, rest)) = choose(data, SERVICES.len()) else { return };
    let Some((status, rest)) = choose(rest, STATUSES.len()) else { return };
    let Some((header, rest)) = choose(rest, HEADERS.len() * 2) else { return };
    let Some((value, body)) = line(rest) else { return };
    let echo = |text: &[u8]| -> Vec<u8> {
        let text: String = text.iter().map(|byte| char::from(*byte)).collect();
        text.replace("%1", SECRET).replace("%2", ENCODED).chars().map(|c| c as u8).collect()
    };
    let value = String::from_utf8(echo(value.as_bytes())).unwrap_or_default();
    let named = header >= HEADERS.len();
    let header = (HEADERS[header % HEADERS.len()], value.as_str());
    let response = World::reply(STATUSES[status], Some(header), &echo(body));
    let world = Rc::new(World::new(SERVICES[service], move |_| Some(response.clone())));
    let Err(error) = ask(&world, service, named) else { return };
    // Cloud Shell and IMDS want to see none.
    if service < 4 {
        for secret in [SECRET, ENCODED] {
            assert_hidden(&world, Some(&error), secret);
        }
    }
    let texts =
        [Some(error.message.as_str()), error.hint.as_ref().map(|hint| hint.text.as_str()), error.code.as_deref()];
    let details = error.details.iter().map(|(_, value)| value.as_str());
    for text in texts.into_iter().flatten().chain(details) {
        assert!(text.chars().count() <= LONGEST, "{} characters", text.chars().count());
    }
    assert!(error.status.is_none_or(|answered| answered == STATUSES[status]));
    let sent = world.sent.borrow();
    assert!(sent.len() <= 6 && sent.iter().all(|request| request.authority == sent[0].authority), "{sent:?}");
});

fn ask(world: &Rc<World>, service: usize, named: bool) -> Result<(), Box<Error>> {
    let client = CredentialKind::Client {
        tenant_id: "contoso".to_owned(),
        client_id: CLIENT.to_owned(),
        authentication: ClientAuthentication::Secret(SECRET.into()),
    };
    let kind = match service {
        0 => CredentialKind::StaticToken { token: SECRET.into(), expires_on: u64::MAX },
        1 => client,
        5 => CredentialKind::DefaultAzure,
        _ => CredentialKind::ManagedIdentity,
    };
    let mut options = CredentialOptions::default();
    if named && service > 1 {
        options.managed_identity = ManagedIdentityId::ClientId(CLIENT.to_owned());
    }
    let credential = Credential::new(world.clone(), kind, &options);
    if service > 0 {
        return run(world, credential.get_token(vec![SCOPE.to_owned()], &TokenOptions::default())).map(drop);
    }
    let client = SecretClient::open(&format!("https://{VAULT}"), &credential, ClientOptions::default())?;
    run(world, client.get_secret("secret-a", &GetSecretOptions::default())).map(drop)
}
