//! The managed identity that a request selects, and the response with its token, for all identity endpoints.

use serde_json::{Map, Value};

use super::Fake;
use super::description::{Description, ExpiryFormat};
use super::identity::{Identity, IdentityKind};
use super::params::Params;
use super::timestamp;
use super::token::{self, MANAGED_LIFETIME};

/// The id in the request's parameters; `Err` if there are several.
pub(super) fn requested_id<'a>(params: &'a Params, names: &[(&str, IdKind)]) -> Result<Option<(IdKind, &'a str)>, ()> {
    let given = names.iter().filter_map(|(name, id)| params.get(name).map(|value| (*id, value)));
    match given.collect::<Vec<_>>().as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        _ => Err(()),
    }
}

/// The kinds of id that name a user-assigned identity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum IdKind {
    /// The application id.
    Client,
    /// The principal's id.
    Object,
    /// The ARM id.
    Resource,
}

/// The managed identities of the compute; of the node, for a pod that can reach the node's IMDS.
pub(super) fn assigned(description: &Description) -> impl Iterator<Item = &Identity> {
    let managed = |it: &&Identity| it.kind != IdentityKind::ServicePrincipal && it.assigned;
    description.identities.iter().filter(managed).filter(|it| it.node == description.allow_node_imds)
}

/// The user-assigned identity of the compute with this id. Case does not matter.
pub(super) fn user_assigned<'a>(description: &'a Description, id: IdKind, value: &str) -> Option<&'a Identity> {
    let matches = |it: &&Identity| {
        let known = match id {
            IdKind::Client => Some(it.client_id.as_str()),
            IdKind::Object => Some(it.object_id.as_str()),
            IdKind::Resource => it.resource_id.as_deref(),
        };
        known.is_some_and(|known| known.eq_ignore_ascii_case(value))
    };
    assigned(description).filter(|it| it.kind == IdentityKind::UserAssigned).find(matches)
}

/// The system-assigned identity of the compute.
pub(super) fn system_assigned(description: &Description) -> Option<&Identity> {
    assigned(description).find(|it| it.kind == IdentityKind::SystemAssigned)
}

/// The fields of a platform's response besides the token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ResponseFields {
    /// IMDS and its imitations: all fields with times.
    Imds,
    /// App Service: the expiry only.
    AppService,
}

/// The response with `identity`'s token for `resource`. The expiry is written in the form of the description, else in
/// the platform's own form. A second field with the expiry is left out if the form is not the platform's own: a
/// client that cannot read the form must not succeed by means of the other field.
pub(super) fn token_response(
    fake: &Fake,
    identity: &Identity,
    resource: &str,
    now: u64,
    style: ResponseFields,
    usual: ExpiryFormat,
) -> Map<String, Value> {
    let (lifetime, end) = (MANAGED_LIFETIME, now + MANAGED_LIFETIME);
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
    put("access_token", token::issue(fake, identity, &fake.description.tenant, resource, now, lifetime).into());
    put("client_id", identity.client_id.clone().into());
    put("resource", resource.into());
    put("token_type", "Bearer".into());
    let imds = style == ResponseFields::Imds;
    if imds {
        put("ext_expires_in", lifetime.to_string().into());
        put("not_before", now.to_string().into());
    }
    match fake.description.expiry.unwrap_or(usual) {
        ExpiryFormat::String => {
            put("expires_on", end.to_string().into());
            if imds {
                put("expires_in", lifetime.to_string().into());
            }
        }
        ExpiryFormat::Number => {
            put("expires_on", end.into());
            if imds {
                put("expires_in", lifetime.into());
            }
        }
        ExpiryFormat::DateLinux => put("expires_on", timestamp::format(end, timestamp::LINUX).into()),
        ExpiryFormat::DateWindows => put("expires_on", timestamp::format(end, timestamp::WINDOWS).into()),
        ExpiryFormat::Rfc3339 => put("expires_on", timestamp::format(end, timestamp::RFC3339).into()),
        ExpiryFormat::Iso => put("expires_on", timestamp::format(end, timestamp::ISO).into()),
        ExpiryFormat::ExpiresInString => put("expires_in", lifetime.to_string().into()),
        ExpiryFormat::ExpiresInNumber => put("expires_in", lifetime.into()),
    }
    body
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{ask, fake, get, post};

    /// The response of each platform's endpoint to a valid request.
    fn answer(platform: &str, expiry: Option<&str>) -> Value {
        let expiry = expiry.map_or(String::new(), |form| format!("expiry = '{form}'\n"));
        let s = "00000000-0000-0000-0000-00000000000d";
        let key = if platform == "azure-arc" { "arc-key = 'k'\n" } else { "" };
        let description = format!(
            "platform = '{platform}'\n{key}{expiry}[[identity]]\nname = 'S'\nkind = 'system-assigned'\nclient-id = '{s}'"
        );
        let fake = fake(&description);
        let header = fake.description.identity_header().to_owned();
        let url = fake.description.identity_endpoint().to_owned();
        let ask_with = |url: String, version: &str, headers: &[(&str, &str)]| {
            let query = format!("api-version={version}&resource=https://vault.azure.net");
            ask(&fake, &get(&format!("{url}?{query}"), headers))
        };
        let metadata = ("metadata", "true");
        let (status, body) = match platform {
            "app-service" => ask_with(url, "2019-08-01", &[("x-identity-header", &header)]),
            "azure-arc" => ask_with(url, "2020-06-01", &[metadata, ("authorization", "Basic k")]),
            "azure-ml" => {
                let query = format!("clientid={s}&api-version=2017-09-01&resource=https://vault.azure.net");
                ask(&fake, &get(&format!("{url}?{query}"), &[("secret", &header)]))
            }
            "vm" => {
                let url = "http://169.254.169.254/metadata/identity/oauth2/token";
                ask_with(url.to_owned(), "2018-02-01", &[metadata])
            }
            _ => {
                let mut request = post(&url, "resource=https://vault.azure.net");
                request.headers_mut().insert("metadata", "true".parse().unwrap());
                ask(&fake, &request)
            }
        };
        assert_eq!(status, 200, "{platform}: {body}");
        body
    }

    #[test]
    fn every_platform_writes_every_form() {
        let platforms = [
            ("app-service", json!("1800086400"), Value::Null),
            ("vm", json!("1800086400"), json!("86400")),
            ("azure-arc", json!("1800086400"), json!("86400")),
            ("azure-ml", json!(1_800_086_400), Value::Null),
            ("cloud-shell", json!("1800086400"), json!("86400")),
        ];
        for (platform, on, within) in platforms {
            let usual = answer(platform, None);
            assert_eq!((&usual["expires_on"], &usual["expires_in"]), (&on, &within), "{platform}");
            for (form, field, value) in [
                ("string", "expires_on", json!("1800086400")),
                ("number", "expires_on", json!(1_800_086_400)),
                ("date-linux", "expires_on", json!("01/16/2027 08:00:00 +00:00")),
                ("date-windows", "expires_on", json!("1/16/2027 8:00:00 AM +00:00")),
                ("rfc3339", "expires_on", json!("2027-01-16T08:00:00Z")),
                ("iso", "expires_on", json!("2027-01-16 08:00:00")),
                ("expires-in-string", "expires_in", json!("86400")),
                ("expires-in-number", "expires_in", json!(86_400)),
            ] {
                let body = answer(platform, Some(form));
                assert_eq!(body[field], value, "{platform} {form}");
                let other = if field == "expires_on" { "expires_in" } else { "expires_on" };
                let both = within != Value::Null && ["string", "number"].contains(&form);
                assert_eq!(body.get(other).is_some(), both, "{platform} {form}");
            }
        }
    }
}
