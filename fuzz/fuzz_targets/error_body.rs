//! Error responses of every service. Whatever they contain, the error shows none of the request's own secrets, plain or
//! percent-encoded, its texts have a bounded length, and the call ends in time.
//!
//! Input: the first byte selects the service, the second the status, the third the header and whether an identity is
//! selected; the first line is the header's value, the rest is the body. In both, `%1` and `%2` stand for the secret, plain
//! and percent-encoded.
#![no_main]

use std::rc::Rc;

use keyfob_component::{
    ClientAuthentication, ClientOptions, Credential, CredentialKind, CredentialOptions, Error, GetSecretOptions,
    ManagedIdentityId, SecretClient, TokenOptions,
};
use keyfob_fuzz::{CLIENT, SCOPE, VAULT, World, assert_hidden, choose, line, run};
use libfuzzer_sys::fuzz_target;

/// The static token, the client secret and the identity header. The characters are valid in each of them.
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

/// The most characters of a text: three quotations and the words around them.
const MAX_TEXT: usize = 5000;

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
    let select_identity = header >= HEADERS.len();
    let header = (HEADERS[header % HEADERS.len()], value.as_str());
    let response = World::response(STATUSES[status], Some(header), &echo(body));
    let world = Rc::new(World::new(SERVICES[service], move |_| Some(response.clone())));
    let Err(error) = call(&world, service, select_identity) else { return };
    // Requests to Cloud Shell and IMDS contain no secret.
    if service < 4 {
        for secret in [SECRET, ENCODED] {
            assert_hidden(&world, Some(&error), secret);
        }
    }
    let texts =
        [Some(error.message.as_str()), error.hint.as_ref().map(|hint| hint.text.as_str()), error.code.as_deref()];
    let details = error.details.iter().map(|(_, value)| value.as_str());
    for text in texts.into_iter().flatten().chain(details) {
        assert!(text.chars().count() <= MAX_TEXT, "{} characters", text.chars().count());
    }
    assert!(error.status.is_none_or(|reported| reported == STATUSES[status]));
    let sent = world.sent.borrow();
    // An identity endpoint that may still be starting is asked up to 9 times.
    let most = if service < 2 { 6 } else { 9 };
    assert!(sent.len() <= most && sent.iter().all(|request| request.authority == sent[0].authority), "{sent:?}");
});

/// Makes the call that sends requests to this service, and returns its result.
fn call(world: &Rc<World>, service: usize, select_identity: bool) -> Result<(), Box<Error>> {
    let client = CredentialKind::Client {
        tenant_id: "contoso".to_owned(),
        client_id: CLIENT.to_owned(),
        authentication: ClientAuthentication::Secret(SECRET.into()),
    };
    let kind = match service {
        0 => CredentialKind::StaticToken { token: SECRET.into(), expires_on: u64::MAX, scope: None },
        1 => client,
        5 => CredentialKind::DefaultAzure,
        _ => CredentialKind::ManagedIdentity,
    };
    let mut options = CredentialOptions::default();
    if select_identity && service > 1 {
        options.managed_identity = ManagedIdentityId::ClientId(CLIENT.to_owned());
    }
    let credential = Credential::new(world.clone(), kind, &options);
    if service > 0 {
        return run(world, credential.get_token(vec![SCOPE.to_owned()], &TokenOptions::default())).map(drop);
    }
    let client = SecretClient::open(&format!("https://{VAULT}"), &credential, ClientOptions::default())?;
    run(world, client.get_secret("secret-a", &GetSecretOptions::default())).map(drop)
}
