//! The request parameter `claims`.
//! <https://learn.microsoft.com/entra/identity-platform/claims-challenge>

use serde_json::{Map, Value};

use super::super::token::RequestedClaims;
use super::error::EntraError;

/// Parses the parameter. <https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter>
pub(super) fn parse(parameter: Option<&str>) -> Result<RequestedClaims, EntraError> {
    let Some(text) = parameter else {
        return Ok(RequestedClaims::default());
    };
    let parsed: Option<Map<String, Value>> = serde_json::from_str(text).ok();
    let Some(Value::Object(mut claims)) = parsed.and_then(|mut all| all.remove("access_token")) else {
        return Err(invalid());
    };
    if !claims.values().all(|claim| claim.is_null() || claim.is_object()) {
        return Err(invalid());
    }
    let capabilities = match claims.remove("xms_cc") {
        None => Vec::new(),
        Some(asked) => {
            let values = asked.get("values").and_then(Value::as_array).ok_or_else(invalid)?;
            let values = values.iter().map(|value| value.as_str().map(str::to_owned));
            values.collect::<Option<_>>().ok_or_else(invalid)?
        }
    };
    Ok(RequestedClaims { capabilities, claims })
}

fn invalid() -> EntraError {
    EntraError::malformed("The claims parameter is not valid.")
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_the_form_of_openid_connect() {
        let asked = parse(Some(r#"{"access_token":{"nbf":{"essential":true,"value":"1"},"x":null}}"#)).unwrap();
        assert!(!asked.can_be_challenged());
        assert_eq!(asked.claims["nbf"]["value"], "1");
        let asked = parse(Some(r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#)).unwrap();
        assert!(asked.can_be_challenged() && asked.claims.is_empty());
        assert!(parse(None).is_ok());
        for text in [
            "",
            "{}",
            "[]",
            r#"{"access_token":[]}"#,
            r#"{"access_token":{"nbf":1}}"#,
            r#"{"access_token":{"xms_cc":{"value":"CP1"}}}"#,
            r#"{"access_token":{"xms_cc":{"values":[1]}}}"#,
            "eyJhY2Nlc3NfdG9rZW4iOnt9fQ",
        ] {
            assert!(parse(Some(text)).is_err(), "{text}");
        }
    }
}
