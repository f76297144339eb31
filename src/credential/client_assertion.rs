//! ClientAssertionCredential: a service principal with an assertion that the caller signs. A component can't call back
//! into the app, so the caller passes the assertion and replaces it when it expires. A program that embeds the component is
//! called for each assertion instead; see `provided`.

use core::cell::RefCell;

use super::confidential_client::{Authenticate, FormFields, assertion_fields};
use crate::entra::TokenEndpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::prelude::*;
use crate::secret::SecretString;

pub(super) const NAME: &str = "ClientAssertionCredential";

struct ClientAssertion(RefCell<SecretString>);

pub(super) fn authentication(assertion: SecretString) -> Box<dyn Authenticate> {
    Box::new(ClientAssertion(RefCell::new(assertion)))
}

/// Whether the text has the form of a signed JWT.
pub(super) fn is_jwt(text: &str) -> bool {
    let is_segment = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='))
    };
    text.split('.').count() == 3 && text.split('.').all(is_segment)
}

/// The form fields, if the assertion has the form of a JWT.
pub(super) fn checked_fields(assertion: SecretString) -> Result<FormFields> {
    if is_jwt(assertion.expose()) {
        return Ok(assertion_fields(assertion));
    }
    Err(Error::invalid("the assertion is no JWT (three base64url parts with dots between them and nothing around)"))
}

impl Authenticate for ClientAssertion {
    fn form_fields(&self, _: Call<'_>, _: &str, _: &TokenEndpoint<'_>) -> Result<FormFields> {
        checked_fields(self.0.borrow().clone())
    }

    fn origin(&self) -> &str {
        "the argument assertion"
    }

    fn renewal_hint(&self) -> &'static str {
        "Get a new assertion and hand it over with set-assertion"
    }

    fn set_assertion(&self, assertion: SecretString) -> Result<(), ErrorKind> {
        self.0.replace(assertion);
        Ok(())
    }
}
