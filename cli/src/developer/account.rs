//! Who is signed in, by the claims of a token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Claims with the name of a user, the best first.
const USER_CLAIMS: [&str; 4] = ["upn", "preferred_username", "unique_name", "email"];

/// The longest name that is shown, in characters.
const LONGEST: usize = 120;

/// The user's name, or `app ID` for a service principal; `None` if the token is not readable. The token's signature is not
/// checked: the tool is trusted, and the name is only shown.
pub(super) fn of_token(token: &str) -> Option<String> {
    let payload = token.split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let claim = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let user = USER_CLAIMS.iter().find_map(|name| claim(name)).map(str::to_owned);
    // A user's token has the id of the tool here.
    let app = || claim("appid").filter(|_| claims.get("scp").is_none()).map(|id| format!("app {id}"));
    let shown = user.or_else(app)?;
    Some(shown.chars().take(LONGEST).collect::<String>().escape_debug().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_apps_are_told_apart() {
        for (claims, account) in [
            (r#"{"upn":"me@contoso.example","appid":"04b0","scp":"user_impersonation"}"#, Some("me@contoso.example")),
            (r#"{"unique_name":"live.com#me@x.example","scp":"s"}"#, Some("live.com#me@x.example")),
            (r#"{"appid":"5f0b"}"#, Some("app 5f0b")),
            (r#"{"appid":"04b0","scp":"s"}"#, None),
            (r#"{"upn":"a\u001b[2Jb"}"#, Some("a\\u{1b}[2Jb")),
            ("[]", None),
        ] {
            let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
            assert_eq!(of_token(&token).as_deref(), account, "{claims}");
        }
        for opaque in ["", "opaque", "a.b", "a.!.c"] {
            assert_eq!(of_token(opaque), None, "{opaque}");
        }
    }
}
