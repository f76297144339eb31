//! One-line summaries of requests and responses, for a log.

use http::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::identity::IdentityKind;
use super::ids::is_uuid;
use super::router::Backend;
use super::token::{self, Claims};
use super::{Fake, app_service, vault};
use crate::wire::{BodyEnd, ConnectOutcome, Request, ScriptedResponse};

/// The longest text in a summary, in characters. The first line of every error message of the fake is shorter.
const LONGEST: usize = 240;

/// The shortest secret that is masked in an error message: shorter ones occur in ordinary words.
const SHORTEST_SECRET: usize = 4;

impl Fake {
    /// Summarizes what happened: who got a token for what, who read which secret, or why not. Empty if nothing did.
    /// The summary has no token and no secret, and nothing of the request that could be one.
    pub fn summarize(&self, request: &Request, response: &ScriptedResponse) -> String {
        if let ConnectOutcome::Fails(error) = response.connect {
            return format!("no connection: {error:?}");
        }
        if response.connect == ConnectOutcome::Never
            || response.first_byte.is_none()
            || response.end != BodyEnd::Complete
        {
            return "no whole answer".to_owned();
        }
        let body: Vec<u8> = response.body.iter().flat_map(|(_, piece)| piece.to_vec()).collect();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let challenge = response.headers.contains_key(http::header::WWW_AUTHENTICATE);
        if challenge && !request.headers().contains_key(http::header::AUTHORIZATION) {
            return "told where to get the right to ask".to_owned();
        }
        if !response.status.is_success() {
            let caller = self.caller(request).filter(|_| response.status == StatusCode::FORBIDDEN);
            let mut reason = self.masked(request, &reason(&body));
            if reason == app_service::NOBODY {
                reason.push_str(&self.cure());
            }
            return caller.map_or(reason.clone(), |caller| format!("{caller} was refused: {reason}"));
        }
        if let Some(claims) = body["access_token"].as_str().and_then(token::claims) {
            return format!("{} got a token for {}", self.name(&claims), printable(&claims.aud));
        }
        let vault = matches!(self.router.find(request.uri()), Ok(Backend::Vault(_)));
        let entry = if vault { vault::audit_entry(request, &body) } else { None };
        match (self.caller(request), entry) {
            (Some(caller), Some(entry)) => format!("{caller} {entry}"),
            _ => String::new(),
        }
    }

    /// The remedy if App Service was not told which identity to use. Its own message does not have it.
    fn cure(&self) -> String {
        let mut identities = self.description.identities.iter();
        match identities.find(|it| it.assigned && it.kind == IdentityKind::UserAssigned) {
            Some(identity) => {
                let (name, id) = (printable(&identity.name), &identity.client_id);
                format!(" Set AZURE_CLIENT_ID on the app, for {name} to {id}")
            }
            None => " The app has no identity".to_owned(),
        }
    }

    /// The name of the identity whose token the request has.
    fn caller(&self, request: &Request) -> Option<String> {
        let header = request.headers().get(http::header::AUTHORIZATION)?.to_str().ok()?;
        Some(self.name(&token::claims(header.split_once(' ')?.1)?))
    }

    /// The identity's name in the description. After a reload the description may lack it.
    fn name(&self, claims: &Claims) -> String {
        let identity = self.description.application(&claims.appid);
        identity.map_or_else(|| "an identity that is gone".to_owned(), |identity| printable(&identity.name))
    }

    /// Masks everything that could be a secret: services quote input that they do not understand.
    fn masked(&self, request: &Request, text: &str) -> String {
        let mut secrets = self.planted_secrets();
        secrets.extend(own_secrets(request));
        secrets.retain(|secret| secret.len() >= SHORTEST_SECRET);
        // The longest first: one may be a part of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
}

/// The reason in an error response, from the fields that Azure's services have for it.
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

/// Every value of the request's form or JSON that could be a secret, encoded and decoded. Of the rest of
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
mod tests;
