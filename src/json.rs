//! JSON: reads the requested members of a response, and writes the objects of requests.
//!
//! `serde_json` parses the text, but no tree of values is built: a [`Value`] is the slice of the document's text with
//! the value in it. Members that are not requested therefore take no memory, and numbers keep their written form. The
//! depth of nesting and the number of items in a list are limited.

use alloc::borrow::Cow;
use core::fmt;

use serde_core::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::prelude::*;
use crate::text::parse_decimal;

/// The maximum depth of nested lists and objects. No response of Azure reaches it.
const MAX_DEPTH: u32 = 32;

/// The maximum number of items in a list, and of members in an object whose members are all read. A page of Key Vault
/// has at most 25 secrets, and a secret at most 15 tags. It bounds the memory that a hostile page takes, which may have this
/// many secrets with this many tags each.
const MAX_ITEMS: usize = 256;

/// Why a document can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// It is not JSON (RFC 8259), or its lists and objects are nested more than 32 deep.
    Malformed,
    /// A requested member occurs twice. It is ambiguous, because JSON parsers differ in which of the values they use.
    DuplicateName,
    /// A list has more than 256 items, or an object whose members are all read has more than 256 members.
    TooManyItems,
}

impl JsonError {
    /// Describes the error, as the end of a sentence.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Malformed => "it is no JSON",
            Self::DuplicateName => "it has a member twice",
            Self::TooManyItems => "it has a list or an object of more than 256 items",
        }
    }
}

impl From<JsonError> for &'static str {
    fn from(error: JsonError) -> Self {
        error.describe()
    }
}

/// Reads the members with these names of a document that is an object. Any other document has no members.
///
/// # Errors
/// `Malformed` and `DuplicateName`.
pub(crate) fn object<'t>(bytes: &'t [u8], names: &[&'static str]) -> Result<Object<'t>, JsonError> {
    Value::parse(bytes)?.object(names)
}

/// Writes a string as JSON, with quotes and escapes.
pub(crate) fn quote(text: &str) -> String {
    // Writing a string to memory can't fail.
    serde_json::to_string(text).unwrap_or_default()
}

/// A value of a document, as its JSON text. The text is valid, because the whole document was parsed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value<'t>(&'t str);

impl<'t> Value<'t> {
    /// Parses a whole document. A byte order mark at its start is skipped.
    ///
    /// # Errors
    /// `Malformed`.
    pub(crate) fn parse(bytes: &'t [u8]) -> Result<Self, JsonError> {
        let text = core::str::from_utf8(bytes).map_err(|_| JsonError::Malformed)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_matches(SPACE);
        if !is_shallow(text) {
            return Err(JsonError::Malformed);
        }
        serde_json::from_str(text).map(|IgnoredAny| Self(text)).map_err(|_| JsonError::Malformed)
    }

    /// The JSON text of the value.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn as_written(self) -> &'t str {
        self.0
    }

    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    pub(crate) fn is_list(self) -> bool {
        self.0.starts_with('[')
    }

    /// The string; `None` for other values, and for a string with an unpaired surrogate (`\ud800`).
    pub(crate) fn text(self) -> Option<String> {
        serde_json::Deserializer::from_str(self.0).deserialize_any(StringVisitor).ok()?
    }

    /// The string as [`Self::text`] returns it. A string without escapes is borrowed from the document.
    pub(crate) fn borrowed_text(self) -> Option<Cow<'t, str>> {
        if self.0.contains('\\') {
            return self.text().map(Cow::Owned);
        }
        self.0.strip_prefix('"')?.strip_suffix('"').map(Cow::Borrowed)
    }

    /// Whether the value is this string.
    fn is_text(self, text: &str) -> bool {
        self.borrowed_text().is_some_and(|it| it == text)
    }

    /// The number, without its fraction; `None` if it is negative. A string that contains a number is accepted too,
    /// because several Azure endpoints send numbers as strings.
    pub(crate) fn number(self) -> Option<u64> {
        let text = self.text();
        let number = text.as_deref().map_or(self.0, str::trim_ascii);
        parse_decimal(number).map(|(whole, _)| whole)
    }

    /// The boolean.
    pub(crate) fn bool(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The members with these names. A value that is not an object has no members.
    ///
    /// # Errors
    /// `DuplicateName`.
    pub(crate) fn object(self, names: &[&'static str]) -> Result<Object<'t>, JsonError> {
        let mut object = Object::default();
        for (member, value) in self.pairs() {
            if let Some(name) = names.iter().find(|name| member.is_text(name)) {
                if object.get(name).is_some() {
                    return Err(JsonError::DuplicateName);
                }
                object.0.push((name, value));
            }
        }
        Ok(object)
    }

    /// All members that are strings, in their order. A value that is not an object has no members.
    ///
    /// # Errors
    /// `TooManyItems`.
    pub(crate) fn texts(self) -> Result<Vec<(String, String)>, JsonError> {
        let texts = self.pairs().filter_map(|(name, value)| Some((name.text()?, value.text()?)));
        collect_limited(texts)
    }

    /// The items of a list. A value that is not a list has no items.
    ///
    /// # Errors
    /// `TooManyItems`.
    pub(crate) fn items(self) -> Result<Vec<Self>, JsonError> {
        collect_limited(Values(self.0.strip_prefix('[').unwrap_or_default()))
    }

    /// A copy of the object in which the member at `path` is `json`. Missing objects on the path are added. `None` if a
    /// value on the path is not an object.
    pub(crate) fn with_member(self, path: &[&str], json: &str) -> Option<String> {
        let Some((name, path)) = path.split_first() else { return Some(json.to_owned()) };
        if !self.is_object() {
            return None;
        }
        let mut members = Members::default();
        let mut found = false;
        for (member, value) in self.pairs() {
            if !found && member.is_text(name) {
                found = true;
                members.member(member.0, &value.with_member(path, json)?);
            } else {
                members.member(member.0, value.0);
            }
        }
        if !found {
            members.json(name, &EMPTY.with_member(path, json)?);
        }
        Some(members.finish())
    }

    /// The name and value of each member of an object.
    fn pairs(self) -> impl Iterator<Item = (Self, Self)> {
        let mut values = Values(self.0.strip_prefix('{').unwrap_or_default());
        core::iter::from_fn(move || values.next().zip(values.next()))
    }
}

/// The whitespace characters of JSON.
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Iterates over the items of a list, or over names and values of an object in turn. It starts with the text after the
/// opening bracket, which must be valid JSON.
struct Values<'t>(&'t str);

impl<'t> Iterator for Values<'t> {
    type Item = Value<'t>;

    fn next(&mut self) -> Option<Value<'t>> {
        let rest = self.0.trim_start_matches(|c| matches!(c, ',' | ':') || SPACE.contains(&c));
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        // The closing bracket ends the iteration, because parsing a value fails there.
        values.next()?.ok()?;
        let (value, rest) = rest.split_at_checked(values.byte_offset())?;
        self.0 = rest;
        Some(Value(value))
    }
}

/// Collects the items; `TooManyItems` if there are more than [`MAX_ITEMS`].
fn collect_limited<T>(items: impl Iterator<Item = T>) -> Result<Vec<T>, JsonError> {
    let items: Vec<T> = items.take(MAX_ITEMS + 1).collect();
    if items.len() > MAX_ITEMS { Err(JsonError::TooManyItems) } else { Ok(items) }
}

/// An empty object.
pub(crate) const EMPTY: Value<'static> = Value("{}");

/// The requested members of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Object<'t>(Vec<(&'static str, Value<'t>)>);

impl<'t> Object<'t> {
    /// The value of a member.
    pub(crate) fn get(&self, name: &str) -> Option<Value<'t>> {
        self.0.iter().find(|(member, _)| *member == name).map(|(_, value)| *value)
    }

    /// The string of a member.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.text()
    }

    /// The number of a member; see [`Value::number`].
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.number()
    }

    /// The boolean of a member.
    pub(crate) fn bool(&self, name: &str) -> Option<bool> {
        self.get(name)?.bool()
    }

    /// The members with these names of the object in a member. A member that is missing, or is not an object, has none.
    ///
    /// # Errors
    /// `DuplicateName`.
    pub(crate) fn object(&self, name: &str, names: &[&'static str]) -> Result<Self, JsonError> {
        self.get(name).unwrap_or(EMPTY).object(names)
    }
}

/// Writes a JSON object in one line, member by member.
#[derive(Default)]
pub(crate) struct Members(String);

impl Members {
    /// Adds a member. `json` is the JSON text of its value.
    pub(crate) fn json(&mut self, name: &str, json: &str) {
        self.member(&quote(name), json);
    }

    /// Adds a member whose value is a string.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.json(name, &quote(text));
    }

    /// Adds a member. `name` is JSON text, with quotes.
    fn member(&mut self, name: &str, json: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(name);
        self.0.push(':');
        self.0.push_str(json);
    }

    /// Returns the JSON text of the object.
    pub(crate) fn finish(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

/// Whether lists and objects are nested at most [`MAX_DEPTH`] deep. The result has a meaning only for valid JSON.
/// `serde_json` has no limit of its own for values that it skips, and stores every open bracket.
fn is_shallow(text: &str) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return false;
        }
    }
    true
}

/// Reads a string; `None` for other values. It has a method for every kind of value, because serde's default methods
/// return an error that shows the value, and the code that formats floating-point numbers would be as large as this
/// module.
struct StringVisitor;

impl<'t> Visitor<'t> for StringVisitor {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'t>>(self, _: A) -> Result<Self::Value, A::Error> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'t>>(self, _: A) -> Result<Self::Value, A::Error> {
        Ok(None)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
