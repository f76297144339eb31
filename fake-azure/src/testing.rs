//! Helpers for the unit tests.

use bytes::Bytes;
use serde_json::Value;

use super::identity::Identity;
use super::token::{self, Claims};
use super::{Description, Fake};
use crate::wire::{Request, ScriptedResponse, Service};

/// The time of the tests.
pub(super) const NOW: u64 = 1_800_000_000;

/// The user-assigned identity `A`, with all ids, and `B`, which is not assigned to the resource.
pub(super) const USER_ASSIGNED: &str = r#"
    [[identity]]
    name = "A"
    kind = "user-assigned"
    client-id = "00000000-0000-0000-0000-00000000000a"
    object-id = "00000000-0000-0000-0000-00000000001a"
    resource-id = "/subscriptions/s/a"
    [[identity]]
    name = "B"
    kind = "user-assigned"
    client-id = "00000000-0000-0000-0000-00000000000b"
    assigned = false
"#;

/// The fake of a description.
pub(super) fn fake(text: &str) -> Fake {
    Fake::new(Description::from_toml(text).unwrap()).unwrap()
}

/// A request without a body.
pub(super) fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> Request {
    let mut builder = http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Bytes::new()).unwrap()
}

/// A GET.
pub(super) fn get(url: &str, headers: &[(&str, &str)]) -> Request {
    request("GET", url, headers)
}

/// A form.
pub(super) fn post(url: &str, form: &str) -> Request {
    let form_type = [("content-type", "application/x-www-form-urlencoded")];
    request("POST", url, &form_type).map(|_| Bytes::from(form.to_owned()))
}

/// Status and JSON body of the response.
pub(super) fn ask(fake: &Fake, request: &Request) -> (u16, Value) {
    let response = fake.handle(request, NOW);
    (response.status.as_u16(), json(&response))
}

/// The claims of the token in a response's body. Fails if the token is not valid at [`NOW`].
pub(super) fn token_claims(body: &Value) -> Claims {
    token::check(body["access_token"].as_str().unwrap(), NOW).unwrap()
}

/// The identity of this name.
pub(super) fn identity<'f>(fake: &'f Fake, name: &str) -> &'f Identity {
    fake.description.identities.iter().find(|it| it.name == name).unwrap()
}

/// The JSON body of a response; null if it is not JSON.
pub(super) fn json(response: &ScriptedResponse) -> Value {
    let body: Vec<u8> = response.body.iter().flat_map(|(_, piece)| piece.to_vec()).collect();
    serde_json::from_slice(&body).unwrap_or_default()
}
