//! Who is refused, over real sockets.

use super::desk::Desk;
use super::served::Served;

const GOOD: &str = "/msi/token?api-version=2019-08-01&resource=https://vault.azure.net";

/// A desk whose tool must not be started, and how it is served.
fn signed_in() -> (Desk, Served) {
    let desk = Desk::new();
    desk.az("canary", 4_070_908_800);
    let served = Served::start(&desk, &[]);
    (desk, served)
}

#[test]
fn who_does_not_know_the_header() {
    let (desk, mut served) = signed_in();
    let message = "The X-IDENTITY-HEADER is missing or invalid: send the value of IDENTITY_HEADER.";
    let expected = (401, serde_json::json!({ "statusCode": 401, "message": message }));
    let right = served.environment["IDENTITY_HEADER"].clone();
    for headers in [&[][..], &[("x-identity-header", "wrong")], &[("x-identity-header", &right[1..])]] {
        assert_eq!(served.ask(served.address(), GOOD, headers), expected);
        assert_eq!(served.hears(""), format!("401: {message}\n"));
    }
    assert!(desk.starts("az").is_empty());
    assert_eq!(right.len(), 64);
    assert_ne!(signed_in().1.environment["IDENTITY_HEADER"], right);
}

#[test]
fn who_was_led_here_by_another_name() {
    let (desk, served) = signed_in();
    let right = served.environment["IDENTITY_HEADER"].as_str();
    let port = served.address().rsplit(':').next().unwrap();
    let ask = |host: &str| served.ask(&host.replace("PORT", port), GOOD, &[("x-identity-header", right)]).0;
    for host in ["evil.example", "evil.example:PORT", "127.0.0.1.evil.example:PORT", "127.0.0.1", "10.0.0.1:PORT"] {
        assert_eq!(ask(host), 403, "{host}");
    }
    assert!(desk.starts("az").is_empty());
    for host in ["127.0.0.1:PORT", "localhost:PORT", "[::1]:PORT"] {
        assert_eq!(ask(host), 200, "{host}");
    }
}

#[test]
fn what_makes_no_sense() {
    let (desk, served) = signed_in();
    for (path, status, says) in [
        ("/", 404, "/msi/token"),
        ("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=a", 404, "/msi/token"),
        ("/msi/token?resource=a", 400, "api-version"),
        ("/msi/token?api-version=2017-09-01&resource=a", 400, "2019-08-01"),
        ("/msi/token?api-version=2019-08-01", 400, "'resource' is missing"),
        ("/msi/token?api-version=2019-08-01&resource=a&resource=b", 400, "'resource' is duplicated"),
        ("/msi/token?api-version=2019-08-01&resource=--tenant", 400, "'resource' holds"),
        ("/msi/token?api-version=2019-08-01&resource=a%27%3Bcalc%3B%27", 400, "'resource' holds"),
        ("/msi/token?api-version=2019-08-01&resource=https://a/.default", 400, "/.default"),
    ] {
        let (answered, body) = served.get(path);
        assert_eq!(answered, status, "{path}: {body}");
        assert!(body["message"].as_str().unwrap().contains(says), "{path}: {body}");
        // No sign-in cures it.
        assert!(body["code"].is_null(), "{path}: {body}");
    }
    assert!(desk.starts("az").is_empty());
}

#[test]
fn an_identity_of_azure_is_the_developer_here() {
    let (desk, mut served) = signed_in();
    for id in ["client_id", "object_id", "principal_id", "mi_res_id"] {
        // And what MSAL sends for continuous access evaluation.
        let path = format!("{GOOD}&{id}=11111111-aaaa-4aaa-8aaa-000000000001&xms_cc=CP1");
        assert_eq!(served.get(&path).1["access_token"], "canary", "{id}");
    }
    assert_eq!(desk.starts("az").len(), 1);
    let told =
        "the app asks for a managed identity by client_id, which is not on this machine: your own identity answers\n";
    assert_eq!(served.hears("managed identity by"), told);
    let said = served.stops("-INT").1;
    assert_eq!(said.matches("managed identity by").count(), 1, "{said}");
}
