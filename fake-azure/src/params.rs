//! A strict parser for queries and forms.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::wire::Request;

/// The parameters of a query or form, each present once.
#[derive(Debug, Default)]
pub(super) struct Params(BTreeMap<String, String>);

/// Why parameters cannot be parsed.
#[derive(Debug, PartialEq)]
pub(super) struct ParamError(pub(super) String);

impl Params {
    /// Parses `a=b&c=d`. A duplicated parameter is an error, because services differ in which of the two they use.
    pub(super) fn parse(text: &str) -> Result<Self, ParamError> {
        let mut all = BTreeMap::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if all.insert(name.clone(), value).is_some() {
                return Err(ParamError(format!("The parameter '{name}' is duplicated.")));
            }
        }
        Ok(Self(all))
    }

    /// The parameter's value, if it is there; it may be empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The parameter's value, if it is there and not empty.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// A parameter that is none of `known`.
    pub(super) fn unknown(&self, known: &[&str]) -> Option<&str> {
        self.0.keys().map(String::as_str).find(|name| !known.contains(name))
    }

    /// A parameter without a value.
    pub(super) fn empty(&self) -> Option<&str> {
        self.0.iter().find(|(_, value)| value.is_empty()).map(|(name, _)| name.as_str())
    }
}

/// One name or value; every `%` has to start an escape, and the bytes have to be UTF-8.
fn decode(text: &str) -> Result<String, ParamError> {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|&byte| byte == b'%') {
        match rest.get(at + 1..at + 3) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => {}
            _ => return Err(ParamError(format!("'{text}' is not percent-encoded correctly."))),
        }
        rest = rest.get(at + 3..).unwrap_or_default();
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map(Cow::into_owned);
    decoded.map_err(|_| ParamError(format!("'{text}' is not UTF-8.")))
}

/// Whether the request says that its body is a form.
pub(super) fn is_form(request: &Request) -> bool {
    let kind = request.headers().get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

#[cfg(test)]
mod tests {
    use super::Params;

    #[test]
    fn parses_valid_parameters() {
        let params = Params::parse("resource=https%3A%2F%2Fx&empty=&plus=a+b").unwrap();
        assert_eq!(params.get("resource"), Some("https://x"));
        assert_eq!((params.get("empty"), params.filled("empty")), (Some(""), None));
        assert_eq!(params.get("plus"), Some("a b"));
        assert_eq!(params.unknown(&["resource", "empty"]), Some("plus"));
        assert_eq!(params.empty(), Some("empty"));
    }

    #[test]
    fn refuses_invalid_parameters() {
        for text in ["a=1&a=1", "a=%", "a=%4", "a=%zz", "a=%ff"] {
            assert!(Params::parse(text).is_err(), "{text}");
        }
    }
}
