//! Requests that the endpoint rejects.

use super::machine::DeveloperMachine;
use super::server::DevIdentityServer;

const GOOD: &str = "/msi/token?api-version=2019-08-01&resource=https://vault.azure.net";

/// A machine where Azure CLI is signed in, and its server.
fn signed_in() -> (DeveloperMachine, DevIdentityServer) {
    let machine = DeveloperMachine::new();
    machine.az("canary", 4_070_908_800);
    let server = DevIdentityServer::start(&machine, &[]);
    (machine, server)
}

#[test]
fn missing_or_wrong_header_is_rejected() {
    let (machine, mut server) = signed_in();
    let message = "The X-IDENTITY-HEADER is missing or invalid: send the value of IDENTITY_HEADER.";
    let expected = (401, serde_json::json!({ "statusCode": 401, "message": message }));
    let right = server.environment["IDENTITY_HEADER"].clone();
    for headers in [&[][..], &[("x-identity-header", "wrong")], &[("x-identity-header", &right[1..])]] {
        assert_eq!(server.ask(server.address(), GOOD, headers), expected);
        assert_eq!(server.wait_for_line(""), format!("401: {message}\n"));
    }
    assert!(machine.command_lines("az").is_empty());
    assert_eq!(right.len(), 64);
    assert_ne!(signed_in().1.environment["IDENTITY_HEADER"], right);
}

#[test]
fn other_host_names_are_rejected() {
    let (machine, server) = signed_in();
    let right = server.environment["IDENTITY_HEADER"].as_str();
    let port = server.address().rsplit(':').next().unwrap();
    let ask = |host: &str| server.ask(&host.replace("PORT", port), GOOD, &[("x-identity-header", right)]).0;
    for host in ["evil.example", "evil.example:PORT", "127.0.0.1.evil.example:PORT", "127.0.0.1", "10.0.0.1:PORT"] {
        assert_eq!(ask(host), 403, "{host}");
    }
    assert!(machine.command_lines("az").is_empty());
    for host in ["127.0.0.1:PORT", "localhost:PORT", "[::1]:PORT"] {
        assert_eq!(ask(host), 200, "{host}");
    }
}

#[test]
fn invalid_requests_are_rejected() {
    let (machine, server) = signed_in();
    for (path, status, says) in [
        ("/", 404, "/msi/token"),
        ("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=a", 404, "/msi/token"),
        ("/msi/token?resource=a", 400, "api-version"),
        ("/msi/token?api-version=2017-09-01&resource=a", 400, "2019-08-01"),
        ("/msi/token?api-version=2019-08-01", 400, "'resource' is missing"),
        ("/msi/token?api-version=2019-08-01&resource=a&resource=b", 400, "'resource' is duplicated"),
        ("/msi/token?api-version=2019-08-01&resource=--tenant", 400, "'resource' has"),
        ("/msi/token?api-version=2019-08-01&resource=a%27%3Bcalc%3B%27", 400, "'resource' has"),
        ("/msi/token?api-version=2019-08-01&resource=https://a/.default", 400, "/.default"),
    ] {
        let (answered, body) = server.get(path);
        assert_eq!(answered, status, "{path}: {body}");
        assert!(body["message"].as_str().unwrap().contains(says), "{path}: {body}");
        // The code would suggest to sign in, which does not help here.
        assert!(body["code"].is_null(), "{path}: {body}");
    }
    assert!(machine.command_lines("az").is_empty());
}

#[test]
fn managed_identity_ids_are_ignored_with_a_note() {
    let (machine, mut server) = signed_in();
    for id in ["client_id", "object_id", "principal_id", "mi_res_id"] {
        // `xms_cc` is what MSAL sends for continuous access evaluation.
        let path = format!("{GOOD}&{id}=11111111-aaaa-4aaa-8aaa-000000000001&xms_cc=CP1");
        assert_eq!(server.get(&path).1["access_token"], "canary", "{id}");
    }
    assert_eq!(machine.command_lines("az").len(), 1);
    let told = "the app asks for a managed identity by client_id, which does not exist on this machine: your own identity is used\n";
    assert_eq!(server.wait_for_line("managed identity by"), told);
    let said = server.stop("-INT").1;
    assert_eq!(said.matches("managed identity by").count(), 1, "{said}");
}
