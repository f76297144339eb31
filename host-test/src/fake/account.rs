//! What happened in an exchange, in words: for a log that people read.

use http::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::identity::Kind;
use super::place::Place;
use super::settle::is_uuid;
use super::token::{self, Claims};
use super::{Fake, app_service, vault};
use crate::wire::{Connect, End, Exchange, Request};

/// No refusal of the fake's says more in its first sentences.
const LONGEST: usize = 240;

/// The shortest secret that is looked for in a refusal: shorter ones are parts of ordinary words.
const SHORTEST_SECRET: usize = 4;

impl Fake {
    /// What happened: who got a token for what, who read which secret, or why not. Empty where there is nothing to say.
    /// It holds no token, no secret's value, and nothing of the request that could be one.
    pub fn account(&self, request: &Request, exchange: &Exchange) -> String {
        if let Connect::Fails(error) = exchange.connect {
            return format!("no connection: {error:?}");
        }
        if exchange.connect == Connect::Never || exchange.first_byte.is_none() || exchange.end != End::Complete {
            return "no whole answer".to_owned();
        }
        let body: Vec<u8> = exchange.body.iter().flat_map(|(_, piece)| piece.to_vec()).collect();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let challenge = exchange.headers.contains_key(http::header::WWW_AUTHENTICATE);
        if challenge && !request.headers().contains_key(http::header::AUTHORIZATION) {
            return "told where to get the right to ask".to_owned();
        }
        if !exchange.status.is_success() {
            let caller = self.caller(request).filter(|_| exchange.status == StatusCode::FORBIDDEN);
            let mut reason = self.masked(request, &reason(&body));
            if reason == app_service::NOBODY {
                reason.push_str(&self.cure());
            }
            return caller.map_or(reason.clone(), |caller| format!("{caller} was refused: {reason}"));
        }
        if let Some(claims) = body["access_token"].as_str().and_then(token::claims) {
            return format!("{} got a token for {}", self.name(&claims), printable(&claims.aud));
        }
        let vault = matches!(self.places.find(request.uri()), Ok(Place::Vault(_)));
        let deed = if vault { vault::deed(request, &body) } else { None };
        match (self.caller(request), deed) {
            (Some(caller), Some(deed)) => format!("{caller} {deed}"),
            _ => String::new(),
        }
    }

    /// What to do where App Service was not told which identity: its own words do not say.
    fn cure(&self) -> String {
        let mut identities = self.world.identities.iter();
        match identities.find(|it| it.assigned && it.kind == Kind::UserAssigned) {
            Some(identity) => {
                let (name, id) = (printable(&identity.name), &identity.client_id);
                format!(" Set AZURE_CLIENT_ID on the app, for {name} to {id}")
            }
            None => " The app has no identity".to_owned(),
        }
    }

    /// Whose token the request carries.
    fn caller(&self, request: &Request) -> Option<String> {
        let header = request.headers().get(http::header::AUTHORIZATION)?.to_str().ok()?;
        Some(self.name(&token::claims(header.split_once(' ')?.1)?))
    }

    /// The identity's name in the description. A reload may have taken it away.
    fn name(&self, claims: &Claims) -> String {
        let identity = self.world.application(&claims.appid);
        identity.map_or_else(|| "an identity that is gone".to_owned(), |identity| printable(&identity.name))
    }

    /// The text without what could be a secret: services quote what they do not understand.
    fn masked(&self, request: &Request, text: &str) -> String {
        let mut secrets = self.planted_secrets();
        secrets.extend(own_secrets(request));
        secrets.retain(|secret| secret.len() >= SHORTEST_SECRET);
        // The longest first: one may be a part of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
}

/// The reason of a refusal: the fields that Azure's services have for it.
fn reason(body: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let vault = &body["error"];
    let reason = if vault.is_object() {
        let code = [&vault["innererror"]["code"], &vault["code"]].into_iter().find_map(Value::as_str);
        format!("{}: {}", code.unwrap_or_default(), text(&vault["message"]))
    } else if vault.is_string() {
        format!("{}: {}", text(vault), text(&body["error_description"]))
    } else {
        text(&body["message"])
    };
    // What follows are ids, and the role assignment's many lines.
    let reason = reason.split(" Trace ID:").next().unwrap_or_default();
    printable(reason.lines().next().unwrap_or_default())
}

/// Every value of the request's form or JSON that could be a secret, as it is written and as it is meant. Of the rest of
/// a request nothing is quoted that a URL without its query's values would not show.
fn own_secrets(request: &Request) -> Vec<String> {
    let form = String::from_utf8_lossy(request.body());
    let query = request.uri().query().unwrap_or_default();
    let mut secrets = Vec::new();
    for pair in form.split('&').chain(query.split('&')) {
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let meant = percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned();
        let harmless = ["grant_type", "scope", "resource", "api-version"].contains(&name) || is_uuid(&meant);
        if !harmless {
            secrets.extend([value.to_owned(), meant]);
        }
    }
    texts(&serde_json::from_slice(request.body()).unwrap_or_default(), &mut secrets);
    secrets
}

/// Every text in a JSON value. The name of a field may be one too, where somebody mixed them up.
fn texts(value: &Value, found: &mut Vec<String>) {
    const FIELDS: [&str; 6] = ["attributes", "contentType", "enabled", "tags", "updated", "value"];
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|value| texts(value, found)),
        Value::Object(all) => {
            for (name, value) in all {
                if !FIELDS.contains(&name.as_str()) {
                    found.push(name.clone());
                }
                texts(value, found);
            }
        }
        _ => {}
    }
}

/// Without control characters, and not too long.
fn printable(text: &str) -> String {
    let mut shown: String = text.chars().take(LONGEST).map(|it| if it.is_control() { ' ' } else { it }).collect();
    if text.chars().count() > LONGEST {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::super::testing::{NOW, fake, get, post, request};
    use super::*;
    use crate::wire::Azure;

    const WORLD: &str = "
        platform = 'vm'
        [[identity]]
        name = 'app'
        kind = 'user-assigned'
        [[identity]]
        name = 'stranger'
        kind = 'service-principal'
        client-id = '44444444-dddd-4ddd-8ddd-000000000004'
        client-secret = 'canary-secret'
        [[vault]]
        url = 'https://kv.vault.azure.net'
        roles = { app = 'Key Vault Secrets User' }
        [[vault.secret]]
        name = 'a'
        version = '00000000000000000000000000000001'
        value = 'canary-value'
        [[vault.secret]]
        name = 'b'
        value = 'canary-other'
    ";
    const LOGIN: &str = "https://login.microsoftonline.com/7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10/oauth2/v2.0/token";
    const IMDS: &str = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01";

    fn told(fake: &Fake, request: &Request) -> (String, Value) {
        let exchange = fake.answer(request, NOW);
        let told = fake.account(request, &exchange);
        assert!(!told.contains("canary") && !told.contains("eyJ"), "{told}");
        (told, super::super::testing::json(&exchange))
    }

    fn form(id: &str, secret: &str) -> Request {
        let scope = "https%3A%2F%2Fvault.azure.net%2F.default";
        post(LOGIN, &format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&scope={scope}"))
    }

    #[test]
    fn who_did_what() {
        let fake = fake(WORLD);
        let (who, body) =
            told(&fake, &get(&format!("{IMDS}&resource=https://vault.azure.net"), &[("metadata", "true")]));
        assert_eq!(who, "app got a token for https://vault.azure.net");
        let bearer = format!("Bearer {}", body["access_token"].as_str().unwrap());
        let url = |name: &str| format!("https://kv.vault.azure.net/secrets/{name}?api-version=7.4");
        let read = |bearer: &str, name: &str| told(&fake, &get(&url(name), &[("authorization", bearer)])).0;
        assert_eq!(read(&bearer, "a"), "app read a, version 00000000000000000000000000000001");
        assert!(read(&bearer, "c").starts_with("SecretNotFound: A secret with (name/id) c was not found"));
        let list = |query: &str| {
            let url = format!("https://kv.vault.azure.net/secrets?api-version=7.4{query}");
            told(&fake, &get(&url, &[("authorization", &bearer)])).0
        };
        assert_eq!(list(""), "app listed 2 secrets");
        assert_eq!(list("&maxresults=1"), "app listed 1 secret, and there are more");
        assert_eq!(list("&$skiptoken=canary"), "BadParameter: The parameter '$skiptoken' is invalid.");

        let (who, body) = told(&fake, &form("44444444-dddd-4ddd-8ddd-000000000004", "canary-secret"));
        assert_eq!(who, "stranger got a token for https://vault.azure.net");
        let bearer = format!("Bearer {}", body["access_token"].as_str().unwrap());
        let (first, _) = told(&fake, &get(&url("a"), &[]));
        assert_eq!(first, "told where to get the right to ask");
        assert_eq!(
            read(&bearer, "a"),
            "stranger was refused: ForbiddenByRbac: Caller is not authorized to perform action on resource."
        );
        assert_eq!(
            read("Bearer canary", "a"),
            "Unauthorized: AKV10000: Error validating token: its signature is invalid."
        );
    }

    #[test]
    fn every_operation_has_its_words() {
        let fake = fake(&WORLD.replace("Secrets User", "Secrets Officer"));
        let body = told(&fake, &get(&format!("{IMDS}&resource=https://vault.azure.net"), &[("metadata", "true")])).1;
        let bearer = format!("Bearer {}", body["access_token"].as_str().unwrap());
        let send = |method: &str, path: &str, body: &str| {
            let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
            let url = format!("https://kv.vault.azure.net{path}?api-version=7.4");
            told(&fake, &request(method, &url, &headers).map(|_| body.to_owned().into()))
        };
        let (set, body) = send("PUT", "/secrets/c", r#"{"value": "canary-set"}"#);
        let version = body["id"].as_str().unwrap().rsplit('/').next().unwrap();
        assert_eq!(set, format!("app set c, version {version}"));
        let backup = send("POST", "/secrets/c/backup", "").1["value"].as_str().unwrap().to_owned();
        for (method, path, body, words) in [
            ("PATCH", "/secrets/c/", "{}", format!("app updated c, version {version}")),
            ("GET", "/secrets/a/versions", "", "app listed 1 version of a".to_owned()),
            ("POST", "/secrets/c/backup", "", "app backed up c".to_owned()),
            ("DELETE", "/secrets/c", "", "app deleted c".to_owned()),
            ("GET", "/deletedsecrets", "", "app listed 1 deleted secret".to_owned()),
            ("GET", "/deletedsecrets/c", "", "app looked at the deleted c".to_owned()),
            ("POST", "/deletedsecrets/c/recover", "", "app recovered c".to_owned()),
            ("DELETE", "/secrets/c", "", "app deleted c".to_owned()),
            ("DELETE", "/deletedsecrets/c", "", "app purged c".to_owned()),
            ("POST", "/secrets/restore", &format!(r#"{{"value": "{backup}"}}"#), "app restored c".to_owned()),
            // Values and names mixed up.
            (
                "PUT",
                "/secrets/c",
                r#"{"canary-value": "c"}"#,
                "BadParameter: Property has invalid value: missing field `value`".to_owned(),
            ),
            (
                "PUT",
                "/secrets/c",
                r#"{"value": "c", "canary-x": "c"}"#,
                "BadParameter: Property has invalid value: unknown field `…`, expected one of `contentType`, \
                 `attributes`, `tags`"
                    .to_owned(),
            ),
            ("PUT", "/secrets/c", r#"{"value": 1}"#, String::new()),
        ] {
            let (said, _) = send(method, path, body);
            assert!(said == words || words.is_empty(), "{method} {path}: {said:?} is not {words:?}");
        }
    }

    #[test]
    fn app_services_refusal_is_given_its_cure() {
        let url = "http://169.254.130.4:8081/msi/token?api-version=2019-08-01&resource=https://vault.azure.net";
        for (identities, cure) in [
            (
                "[[identity]]\nname = 'app'\nkind = 'user-assigned'\nclient-id = '44444444-dddd-4ddd-8ddd-000000000004'",
                "Set AZURE_CLIENT_ID on the app, for app to 44444444-dddd-4ddd-8ddd-000000000004",
            ),
            ("[[identity]]\nname = 'app'\nkind = 'user-assigned'\nassigned = false", "The app has no identity"),
        ] {
            let fake = fake(&format!("platform = 'app-service'\n{identities}"));
            let header = fake.world.identity_header().to_owned();
            let (why, _) = told(&fake, &get(url, &[("x-identity-header", &header)]));
            assert_eq!(why, format!("Unable to load the proper Managed Identity. {cure}"));
        }
    }

    #[test]
    fn a_refusal_quotes_no_secret() {
        let fake = fake(WORLD);
        let good = "44444444-dddd-4ddd-8ddd-000000000004";
        for (id, secret, says) in [
            (good, "canary-wrong", "invalid_client: AADSTS7000215"),
            // Swapped, a common mistake.
            ("canary%2Bother", good, "Application with identifier '…' was not found"),
            (good, "canary%zz", "'…' is not percent-encoded correctly"),
        ] {
            let (why, _) = told(&fake, &form(id, secret));
            assert!(why.contains(says) && !why.contains("Trace ID"), "{why}");
        }
        let (why, _) = told(&fake, &get(&format!("{IMDS}&other=canary-x"), &[("metadata", "true")]));
        assert_eq!(why, "invalid_request: The parameter 'other' is not known to this endpoint");
        let (why, _) = told(&fake, &request("GET", "https://other.example/", &[]));
        assert_eq!(why, "no connection: NameNotFound");
    }
}
