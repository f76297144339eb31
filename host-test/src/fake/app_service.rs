//! App Service's identity endpoint.
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>

use http::Method;
use serde_json::json;

use super::Fake;
use super::managed::{self, Id};
use super::params::Params;
use super::token::{self, MANAGED_LIFETIME};
use crate::wire::{Exchange, Request};

/// The names of the ids; `principal_id` and `object_id` are the same.
const IDS: [(&str, Id); 4] = [
    ("client_id", Id::Client),
    ("object_id", Id::Object),
    ("principal_id", Id::Object),
    ("mi_res_id", Id::Resource),
];

/// Names of other endpoints and protocols. App Service ignores them, and the caller gets the wrong identity or none:
/// the fake refuses them, because whoever sends them is wrong.
const FOREIGN: [&str; 4] = ["scope", "clientid", "resource_id", "msi_res_id"];

/// The answer of the endpoint at `path`.
pub(super) fn answer(fake: &Fake, path: &str, request: &Request, now: u64) -> Exchange {
    let world = &fake.world;
    if request.uri().path() != path {
        return refuse(fake, 404, "Not Found");
    }
    if request.method() != Method::GET {
        return refuse(
            fake,
            405,
            "The requested resource does not support this http method.",
        );
    }
    let mut headers = request.headers().get_all("x-identity-header").iter();
    let header = (
        headers.next().map(http::HeaderValue::as_bytes),
        headers.next(),
    );
    if header != (Some(world.identity_header().as_bytes()), None) {
        return refuse(fake, 401, "The X-IDENTITY-HEADER is missing or invalid.");
    }
    let params = match Params::parse(request.uri().query().unwrap_or_default()) {
        Ok(params) => params,
        Err(flaw) => return refuse(fake, 400, &flaw.0),
    };
    if params.get("api-version") != Some("2019-08-01") {
        return refuse(fake, 400, "The api-version is missing or not supported.");
    }
    if let Some(name) = FOREIGN.iter().find(|name| params.get(name).is_some()) {
        return refuse(
            fake,
            400,
            &format!("The parameter '{name}' is not known to this endpoint."),
        );
    }
    if let Some(name) = params.empty() {
        return refuse(fake, 400, &format!("The parameter '{name}' is empty."));
    }
    let Some(resource) = params.get("resource") else {
        return refuse(fake, 400, "The parameter 'resource' is missing.");
    };
    let identity = match managed::wanted(&params, &IDS) {
        Err(()) => return refuse(fake, 400, "More than one identity was asked for."),
        Ok(Some((id, value))) => managed::user_assigned(world, id, value).ok_or(
            "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
        ),
        // Unlike IMDS, the endpoint never picks the only user-assigned identity by itself.
        Ok(None) => {
            managed::system_assigned(world).ok_or("Unable to load the proper Managed Identity.")
        }
    };
    let identity = match identity {
        Ok(identity) => identity,
        Err(message) => return refuse(fake, 400, message),
    };
    if !world.has_resource(resource) {
        let text = format!("AADSTS500011: The resource principal named {resource} was not found.");
        return refuse(fake, 400, &text);
    }
    let token = token::issue(
        fake,
        identity,
        &world.tenant,
        resource,
        now,
        MANAGED_LIFETIME,
    );
    let body = json!({
        "access_token": token,
        "client_id": identity.client_id,
        "expires_on": (now + MANAGED_LIFETIME).to_string(),
        "resource": resource,
        "token_type": "Bearer",
    });
    Exchange::json(200, &body).header("server", "Kestrel")
}

/// The shape of all its errors.
fn refuse(fake: &Fake, status: u16, message: &str) -> Exchange {
    let body = json!({
        "statusCode": status,
        "message": message,
        "correlationId": fake.request_id(),
    });
    Exchange::json(status, &body).header("server", "Kestrel")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{NOW, ask, fake, get, request};
    use super::super::token;

    const WORLD: &str = r#"
        platform = "app-service"
        identity-header = "good"
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
    const SYSTEM: &str = "[[identity]]\nname = 'S'\nkind = 'system-assigned'";
    const A: &str = "client_id=00000000-0000-0000-0000-00000000000a";
    const ASK: &str = "api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net";
    const GOOD: [(&str, &str); 1] = [("X-IDENTITY-HEADER", "good")];

    fn url(query: &str) -> String {
        format!("http://169.254.130.4:8081/msi/token?{query}")
    }

    #[test]
    fn gives_a_token() {
        let fake = fake(&format!("{WORLD}{SYSTEM}"));
        for (id, name) in [
            (A, "A"),
            ("client_id=00000000-0000-0000-0000-00000000000A", "A"),
            ("object_id=00000000-0000-0000-0000-00000000001a", "A"),
            ("principal_id=00000000-0000-0000-0000-00000000001a", "A"),
            ("mi_res_id=%2FSUBSCRIPTIONS%2Fs%2Fa", "A"),
            ("", "S"),
        ] {
            let (status, body) = ask(&fake, &get(&url(&format!("{ASK}&{id}")), &GOOD));
            assert_eq!(status, 200, "{id}: {body}");
            let names: Vec<_> = body
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            assert_eq!(
                names,
                [
                    "access_token",
                    "client_id",
                    "expires_on",
                    "resource",
                    "token_type"
                ]
            );
            assert!(
                body.as_object()
                    .unwrap()
                    .values()
                    .all(serde_json::Value::is_string)
            );
            let claims = token::check(body["access_token"].as_str().unwrap(), NOW).unwrap();
            let identity = fake
                .world
                .identities
                .iter()
                .find(|it| it.name == name)
                .unwrap();
            assert_eq!(
                (claims.appid.as_str(), claims.aud.as_str()),
                (identity.client_id.as_str(), "https://vault.azure.net")
            );
            assert_eq!(body["expires_on"], claims.exp.to_string());
        }
    }

    #[test]
    fn refuses() {
        let fake = fake(WORLD);
        let b = "client_id=00000000-0000-0000-0000-00000000000b";
        for (query, status, says) in [
            (
                ASK.to_owned(),
                400,
                "Unable to load the proper Managed Identity.",
            ),
            (format!("{ASK}&{b}"), 400, "No User Assigned or Delegated"),
            (format!("{ASK}&{A}&{b}"), 400, "duplicated"),
            (format!("{ASK}&{A}&mi_res_id=x"), 400, "More than one"),
            (format!("{ASK}&client_id="), 400, "empty"),
            (format!("{ASK}&clientid=a"), 400, "'clientid'"),
            (format!("{ASK}&msi_res_id=a"), 400, "'msi_res_id'"),
            (format!("{ASK}&resource_id=a"), 400, "'resource_id'"),
            (format!("{ASK}&{A}&scope=a"), 400, "'scope'"),
            (
                format!("{A}&resource=https://vault.azure.net"),
                400,
                "api-version",
            ),
            (
                format!("api-version=2017-09-01&{A}&resource=https://vault.azure.net"),
                400,
                "api-version",
            ),
            (format!("api-version=2019-08-01&{A}"), 400, "'resource'"),
            (
                format!("api-version=2019-08-01&{A}&resource=https://vault.azure.net/.default"),
                400,
                "AADSTS500011",
            ),
        ] {
            let (got, body) = ask(&fake, &get(&url(&query), &GOOD));
            let message = body["message"].as_str().unwrap();
            assert_eq!(
                (got, body["statusCode"].as_u64()),
                (status, Some(status.into())),
                "{query}"
            );
            assert!(message.contains(says), "{query}: {message}");
            assert!(body["correlationId"].is_string());
        }
        let fine = url(&format!("{ASK}&{A}"));
        for (request, status) in [
            (get(&fine, &[]), 401),
            (get(&fine, &[("X-IDENTITY-HEADER", "bad")]), 401),
            (get(&fine, &[GOOD[0], GOOD[0]]), 401),
            (request("POST", &fine, &GOOD), 405),
            (get(&fine.replace("/msi/token", "/msi/token/"), &GOOD), 404),
        ] {
            assert_eq!(ask(&fake, &request).0, status, "{request:?}");
        }
    }
}
