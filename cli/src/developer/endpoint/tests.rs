use http::Request;

use super::*;
use crate::developer::Chain;

const GOOD: &str = "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net";

fn validate(method: &str, uri: &str, headers: &[(&str, &str)]) -> Result<TokenRequest, RequestError> {
    let endpoint =
        Endpoint::new(([127, 0, 0, 1], 4242).into(), "right".to_owned(), TokenCache::new(Chain::new()), |_| {});
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    endpoint.validate(&request.body(()).unwrap().into_parts().0)
}

fn status(method: &str, uri: &str, headers: &[(&str, &str)]) -> u16 {
    validate(method, uri, headers).map_or_else(|RequestError(status, _)| status.as_u16(), |_| 200)
}

const HOST: (&str, &str) = ("host", "127.0.0.1:4242");
const HEADER: (&str, &str) = ("x-identity-header", "right");

#[test]
fn only_loopback_host_names_are_accepted() {
    for host in ["127.0.0.1:4242", "localhost:4242", "LOCALHOST:4242", "[::1]:4242"] {
        assert_eq!(status("GET", GOOD, &[("host", host), HEADER]), 200, "{host}");
    }
    for host in ["evil.example:4242", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:4242.evil.example", "", "127.1:4242"] {
        // The host is checked first: the answer does not even depend on the path.
        assert_eq!(status("POST", "/", &[("host", host)]), 403, "{host}");
    }
    assert_eq!(status("GET", GOOD, &[HEADER]), 403);
    assert_eq!(status("GET", GOOD, &[HOST, ("host", "evil.example"), HEADER]), 403);
    assert_eq!(status("GET", &format!("http://evil.example{GOOD}"), &[HOST, HEADER]), 403);
    assert_eq!(status("GET", &format!("http://127.0.0.1:4242{GOOD}"), &[HOST, HEADER]), 200);
}

#[test]
fn checks_path_method_header_and_version_in_order() {
    assert_eq!(status("POST", "/msi/tokens", &[HOST]), 404);
    assert_eq!(status("POST", GOOD, &[HOST]), 405);
    assert_eq!(status("HEAD", GOOD, &[HOST]), 405);
    for headers in [&[HOST][..], &[HOST, ("x-identity-header", "wrong")], &[HOST, HEADER, HEADER]] {
        assert_eq!(status("GET", "/msi/token", headers), 401, "{headers:?}");
    }
    assert_eq!(status("GET", "/msi/token", &[HOST, HEADER]), 400);
}

#[test]
fn version_and_resource_are_required_once() {
    let parse = |query: &str| parse_query(query).map(|request| (request.resource.as_str().to_owned(), request.id));
    let plain = ("https://vault.azure.net".to_owned(), None);
    assert_eq!(parse("api-version=2019-08-01&resource=https://vault.azure.net&xms_cc=CP1"), Ok(plain));
    for (query, says) in [
        ("resource=a", "api-version"),
        ("api-version=2017-09-01&resource=a", "api-version"),
        ("api-version=2019-08-01&api-version=2019-08-01&resource=a", "api-version"),
        ("api-version=2019-08-01", "missing"),
        ("api-version=2019-08-01&resource=", "empty"),
        ("api-version=2019-08-01&resource=a&resource=a", "duplicated"),
        ("api-version=2019-08-01&resource=a%27;b", "has invalid characters"),
        ("api-version=2019-08-01&resource=https://vault.azure.net/.default", "leave out /.default"),
    ] {
        let error = parse(query).expect_err(query);
        assert!(error.contains(says), "{query}: {error}");
    }
}

#[test]
fn managed_identity_ids_are_recognized() {
    for name in ID_PARAMETERS {
        let request = parse_query(&format!("{name}=x&api-version=2019-08-01&resource=a"));
        assert_eq!(request.expect("a request").id, Some(name));
    }
    assert_eq!(parse_query("client_id=&api-version=2019-08-01&resource=a").expect("a request").id, None);
}
