//! JSON: the few members of a reply that are asked for, and the strings of what is sent.
//!
//! `serde_json` reads it, and nothing is built of what it reads: a [`Value`] is the part of the document's text that a
//! value stands in. So a member that nobody asked for costs no memory, and a number is the one that was written. The
//! nesting is bounded, and so is the number of a list's items.

use core::fmt;

use serde_core::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::prelude::*;
use crate::text::parse_decimal;

/// The lists and objects that may be open at once: more than any reply of Azure has.
const MAX_DEPTH: u32 = 32;

/// The items of a list, and the members of an object that is read whole. A page of Key Vault has 25 secrets, and a secret
/// 15 tags.
const MAX_ITEMS: usize = 4096;

/// Why a document can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// It is no JSON (RFC 8259), or has more than 32 lists and objects within each other.
    Malformed,
    /// A member that was asked for comes twice: two readers could take two values for it.
    DuplicateName,
    /// A list has more than 4096 items.
    TooManyItems,
}

impl JsonError {
    /// What is wrong, as the end of a sentence.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Malformed => "it is no JSON",
            Self::DuplicateName => "it has a member twice",
            Self::TooManyItems => "it has a list of more than 4096 items",
        }
    }
}

impl From<JsonError> for &'static str {
    fn from(error: JsonError) -> Self {
        error.describe()
    }
}

/// Reads the members of these names of a document that is an object.
///
/// # Errors
/// `Malformed` and `DuplicateName`. A document that is no object has no members.
pub(crate) fn object<'t>(bytes: &'t [u8], names: &[&'static str]) -> Result<Object<'t>, JsonError> {
    Value::parse(bytes)?.object(names)
}

/// A string with its quotes and escapes.
pub(crate) fn quote(text: &str) -> String {
    // Writing a string to memory can't fail.
    serde_json::to_string(text).unwrap_or_default()
}

/// A value of a document, as it is written there. It is JSON: the document was checked as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value<'t>(&'t str);

impl<'t> Value<'t> {
    /// Reads a whole document, with or without a byte order mark before it.
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

    /// The value as it is written.
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

    /// The string. One that holds half a surrogate pair (`\ud800`) is none.
    pub(crate) fn text(self) -> Option<String> {
        serde_json::Deserializer::from_str(self.0).deserialize_any(Text).ok()?
    }

    /// Whether it is this string.
    fn is_text(self, text: &str) -> bool {
        if self.0.contains('\\') {
            return self.text().is_some_and(|it| it == text);
        }
        self.0.strip_prefix('"').and_then(|it| it.strip_suffix('"')) == Some(text)
    }

    /// The whole number, not negative; the same in a string, as several of Azure's endpoints write it. A fraction is cut
    /// off.
    pub(crate) fn number(self) -> Option<u64> {
        let text = self.text();
        let number = text.as_deref().map_or(self.0, str::trim_ascii);
        parse_decimal(number).map(|(whole, _)| whole)
    }

    /// The truth value.
    pub(crate) fn bool(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The members of these names; none of a value that is no object.
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

    /// All members that are strings, in their order; none of a value that is no object.
    ///
    /// # Errors
    /// `TooManyItems`.
    pub(crate) fn texts(self) -> Result<Vec<(String, String)>, JsonError> {
        let texts = self.pairs().filter_map(|(name, value)| Some((name.text()?, value.text()?)));
        bounded(texts)
    }

    /// The items of a list; none of a value that is no list.
    ///
    /// # Errors
    /// `TooManyItems`.
    pub(crate) fn items(self) -> Result<Vec<Self>, JsonError> {
        bounded(Values(self.0.strip_prefix('[').unwrap_or_default()))
    }

    /// The object with this JSON as the member at this path; objects on the way are made where there are none. `None`
    /// where the path leads through something that is no object.
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

    /// The names and values of an object.
    fn pairs(self) -> impl Iterator<Item = (Self, Self)> {
        let mut values = Values(self.0.strip_prefix('{').unwrap_or_default());
        core::iter::from_fn(move || values.next().zip(values.next()))
    }
}

/// The white space of JSON.
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// The values in a list, or the names and values in an object: what follows the opening bracket in a document that is
/// JSON.
struct Values<'t>(&'t str);

impl<'t> Iterator for Values<'t> {
    type Item = Value<'t>;

    fn next(&mut self) -> Option<Value<'t>> {
        let rest = self.0.trim_start_matches(|c| matches!(c, ',' | ':') || SPACE.contains(&c));
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        // The closing bracket is no value.
        values.next()?.ok()?;
        let (value, rest) = rest.split_at_checked(values.byte_offset())?;
        self.0 = rest;
        Some(Value(value))
    }
}

/// All of them, or `TooManyItems`.
fn bounded<T>(items: impl Iterator<Item = T>) -> Result<Vec<T>, JsonError> {
    let items: Vec<T> = items.take(MAX_ITEMS + 1).collect();
    if items.len() > MAX_ITEMS { Err(JsonError::TooManyItems) } else { Ok(items) }
}

/// An object without members.
pub(crate) const EMPTY: Value<'static> = Value("{}");

/// Members of an object that were asked for.
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

    /// The whole number of a member; see [`Value::number`].
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.number()
    }

    /// The truth value of a member.
    pub(crate) fn bool(&self, name: &str) -> Option<bool> {
        self.get(name)?.bool()
    }

    /// The members of these names of an object that is a member; none where there is no such object.
    ///
    /// # Errors
    /// `DuplicateName`.
    pub(crate) fn object(&self, name: &str, names: &[&'static str]) -> Result<Self, JsonError> {
        self.get(name).unwrap_or(EMPTY).object(names)
    }
}

/// Writes an object, member after member, in one line.
#[derive(Default)]
pub(crate) struct Members(String);

impl Members {
    /// Adds a member whose value is this JSON.
    pub(crate) fn json(&mut self, name: &str, json: &str) {
        self.member(&quote(name), json);
    }

    /// Adds a member whose value is a string.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.json(name, &quote(text));
    }

    /// Adds a member whose name is in quotes already.
    fn member(&mut self, name: &str, json: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(name);
        self.0.push(':');
        self.0.push_str(json);
    }

    /// The whole object.
    pub(crate) fn finish(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

/// Whether no value is nested too deeply, in a document that is JSON. `serde_json` skips values without a limit, and
/// remembers each open bracket for that.
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

/// A string, `None` for every other kind of value. Each kind has a method: for one without, serde makes an error that shows
/// the value, and the code that shows floating-point numbers would weigh as much as all of this module.
struct Text;

impl<'t> Visitor<'t> for Text {
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
