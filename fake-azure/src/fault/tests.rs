use std::time::Duration;

use super::super::testing::{NOW, ask, fake, get, json};
use crate::wire::{BodyEnd, ConnectOutcome, NetworkError, ScriptedResponse, Service};
use crate::{Description, Fake, MISAPPLIED};

const VM: &str = "platform = 'vm'\n[[identity]]\nname = 'S'\nkind = 'system-assigned'\n";
const TOKEN: &str = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";

/// A virtual machine with these faults.
fn faulty(faults: &str) -> Fake {
    fake(&format!("{VM}{faults}"))
}

/// The response to a request for a token.
fn token(fake: &Fake) -> ScriptedResponse {
    fake.handle(&get(TOKEN, &[("Metadata", "true"), ("authorization", "Bearer abc")]), NOW)
}

#[test]
fn counts_the_requests_that_match() {
    let fake = faulty("[[fault]]\nurl = 'http://169.254.169.254/metadata'\nskip = 1\ntimes = 2\nstatus = 503\n");
    let statuses: Vec<u16> = (0..5).map(|_| token(&fake).status.as_u16()).collect();
    assert_eq!(statuses, [200, 503, 503, 200, 200]);
    assert_eq!(fake.faults()[0].times, Some(0));
    let other = faulty("[[fault]]\nurl = 'https://login.microsoftonline.com/'\nstatus = 503\n");
    assert_eq!(token(&other).status, 200);
}

#[test]
fn first_fault_that_matches_happens() {
    let fake = faulty("[[fault]]\ntimes = 1\nstatus = 500\n[[fault]]\nstatus = 501\n");
    let statuses: Vec<u16> = (0..3).map(|_| token(&fake).status.as_u16()).collect();
    assert_eq!(statuses, [500, 501, 501]);
    fake.set_faults(Vec::new());
    assert_eq!(token(&fake).status, 200);
}

#[test]
fn replaces_the_response() {
    let response =
        token(&faulty("[[fault]]\nstatus = 429\nheaders = { retry-after = '7' }\nbody = '{\"is\": \"@token\"}'\n"));
    assert_eq!((response.status.as_u16(), &response.headers["retry-after"]), (429, &"7".parse().unwrap()));
    assert_eq!(json(&response), serde_json::json!({ "is": "abc" }));
}

#[test]
fn fills_the_body() {
    let response = token(&faulty("[[fault]]\nbody = '[@fill1]'\nbody-size = 10\nfill = '1,'\n"));
    assert_eq!(response.body, [(Duration::ZERO, "[1,1,1,1]".into())]);
}

#[test]
fn changes_the_real_response() {
    let fake = faulty("[[fault]]\nreal = true\nset = { expires_in = 'soon' }\nremove = ['token_type']\n");
    let (status, body) = ask(&fake, &get(TOKEN, &[("Metadata", "true")]));
    assert_eq!((status, &body["expires_in"]), (200, &"soon".into()));
    assert!(body.get("token_type").is_none() && body["access_token"].is_string());
}

#[test]
fn shapes_time_and_network() {
    let response = token(&faulty("[[fault]]\nreal = true\nconnect-ms = 20\nfirst-byte-ms = 30\nend = 'reset'\n"));
    assert_eq!(response.connect, ConnectOutcome::After(Duration::from_millis(20)));
    assert_eq!(response.first_byte, Some(Duration::from_millis(30)));
    assert_eq!(response.end, BodyEnd::Reset);
    assert_eq!(token(&faulty("[[fault]]\nsilent = true\n")).first_byte, None);
    assert_eq!(token(&faulty("[[fault]]\nconnect = 'never'\n")).connect, ConnectOutcome::Never);
    let denied = ConnectOutcome::Fails(NetworkError::NotPermitted);
    assert_eq!(token(&faulty("[[fault]]\nconnect = 'not-permitted'\n")).connect, denied);
    let slow = token(&faulty("[[fault]]\nbody = 'abcd'\npercent = 50\ntrickle-ms = 5\n"));
    assert_eq!(slow.body, [(Duration::from_millis(5), "a".into()), (Duration::from_millis(5), "b".into())]);
}

#[test]
fn fault_that_cannot_be_applied_is_told() {
    for (fault, why) in [
        ("real = true\nremove = ['no_such']", "its body has no member no_such"),
        ("body = 'text'\nset = { a = 1 }", "its body is no JSON"),
        ("body = '[]'\nset = { a = 1 }", "its body is no JSON object"),
        ("body = '[@fill]'\nbody-size = 1\nfill = '1'", "body-size: the body is longer"),
    ] {
        let response = token(&faulty(&format!("[[fault]]\n{fault}\n")));
        assert_eq!((response.status.as_u16(), &response.headers[MISAPPLIED]), (500, &why.parse().unwrap()));
    }
}

#[test]
fn refuses_impossible_faults() {
    for (fault, why) in [
        ("status = 99", "fault 1: status 99: not 100 to 999"),
        ("headers = { 'a b' = '' }", "fault 1: headers: \"a b\" is no header's name"),
        ("percent = 101", "fault 1: percent: more than 100"),
        ("body = '@fill'", "fault 1: body: @fill needs fill and body-size"),
        ("fill = '1,'", "fault 1: fill: the body has no @fill"),
        ("connect = 'maybe'", "unknown variant `maybe`"),
    ] {
        let error = Description::from_toml(&format!("{VM}[[fault]]\n{fault}\n")).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}
