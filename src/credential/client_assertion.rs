//! ClientAssertionCredential: a service principal with an assertion that the caller signs. A component can't call back
//! into the app, so the caller passes the assertion and replaces it when it expires. A program that embeds the component is
//! called for each assertion instead; see `provided`.

use core::cell::RefCell;
use core::future::ready;

use super::confidential_client::{Authenticate, FormFields, assertion_fields};
use crate::entra::TokenEndpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::json;
use crate::language::{Language, NEW_ASSERTION};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::secret::{SecretBytes, SecretString};
use crate::text::base64url;

pub(super) const NAME: &str = "ClientAssertionCredential";

struct ClientAssertion(RefCell<SecretString>);

pub(super) fn authentication(assertion: SecretString) -> Box<dyn Authenticate> {
    Box::new(ClientAssertion(RefCell::new(assertion)))
}

/// The longest assertion, in bytes. Service account tokens have some 1,500 bytes; a much longer text is not one.
pub(super) const MAX_ASSERTION: usize = 64 * 1024;

/// Whether the text is a signed JWT of at most [`MAX_ASSERTION`] bytes: three parts of base64url without padding, of which
/// the first two contain JSON objects (RFC 7515, section 3.1; RFC 7519, section 3). Versions, host names and lines of
/// other files have three parts too. The signature is not verified; only Entra can do that.
pub(super) fn is_jwt(text: &str) -> bool {
    let mut parts = text.split('.');
    let (Some(header), Some(claims), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let is_object = |part: &str| {
        let decoded = base64url(part).map(SecretBytes::from);
        decoded.is_some_and(|bytes| json::Value::parse(&bytes.0).is_ok_and(json::Value::is_object))
    };
    let is_signature =
        !signature.is_empty() && signature.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    text.len() <= MAX_ASSERTION && is_signature && is_object(header) && is_object(claims)
}

/// The form fields, if the assertion has the form of a JWT.
pub(super) fn checked_fields(assertion: SecretString) -> Result<FormFields> {
    if is_jwt(assertion.expose()) {
        return Ok(assertion_fields(assertion));
    }
    Err(Error::invalid(
        "the assertion is no JWT (three base64url parts with dots between them, the first two of them JSON objects, and nothing around)",
    ))
}

impl Authenticate for ClientAssertion {
    fn form_fields<'a>(
        &'a self,
        _: Call<'a>,
        _: &'a str,
        _: &'a TokenEndpoint<'_>,
    ) -> LocalFuture<'a, Result<FormFields>> {
        Box::pin(ready(checked_fields(self.0.borrow().clone())))
    }

    fn origin(&self) -> &str {
        "the argument assertion"
    }

    fn renewal_hint(&self, language: Language) -> &'static str {
        language.say(NEW_ASSERTION)
    }

    fn set_assertion(&self, assertion: SecretString) -> Result<(), ErrorKind> {
        self.0.replace(assertion);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::to_base64url;

    #[test]
    fn a_jwt_has_two_json_objects_and_a_signature() {
        let jwt = |header: &str, claims: &str| {
            format!("{}.{}.c2ln", to_base64url(header.as_bytes()), to_base64url(claims.as_bytes()))
        };
        for text in ["e30.e30.c2ln".to_owned(), jwt(r#"{"alg":"RS256"}"#, r#"{"sub":"a","aud":["b"]}"#)] {
            assert!(is_jwt(&text), "{text}");
        }
        for text in [
            "1.2.3",
            "a.b.c",
            "10.0.0.1",
            "login.example.com",
            "e30.e30.",
            "e30.e30",
            "e30.e30.c2ln.e30",
            "e30..c2ln",
            ".e30.c2ln",
            "e30=.e30.c2ln",
            "e30.e30.c2ln=",
            "e30.e30.c2/n",
            "e30.e30.c2ln\n",
            " e30.e30.c2ln",
            "e3.e30.c2ln",
            &jwt("{}", "[]"),
            &jwt("1", "{}"),
            &jwt("null", "{}"),
            &jwt("{}", "\"a\""),
            &jwt("{}", "{"),
            &jwt("{}{}", "{}"),
            &jwt("root:x:0:0", "{}"),
            "e30.e_8.c2ln",
        ] {
            assert!(!is_jwt(text), "{text}");
        }
    }

    #[test]
    fn an_assertion_has_at_most_64_kib() {
        let jwt = |length: usize| format!("e30.e30.{}", "A".repeat(length - "e30.e30.".len()));
        assert!(is_jwt(&jwt(MAX_ASSERTION)) && !is_jwt(&jwt(MAX_ASSERTION + 1)));
    }
}
