//! Reading JSON replies.
//!
//! Not `serde_json`: with its maps and its floating-point numbers it weighs 35 KB here, a sixth of the component
//! (measured), and what is read are strings and whole numbers at known places.

use crate::prelude::*;
use crate::text::parse_decimal;

/// A value. Numbers stay as they are written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Deeper than any reply of Azure, and far from the end of the stack.
const MAX_DEPTH: u32 = 32;

impl Json {
    /// Reads a whole document (RFC 8259); `None` if it is none.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = core::str::from_utf8(bytes).ok()?;
        let mut reader = Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text) };
        let value = reader.value(MAX_DEPTH)?;
        reader.skip_space();
        reader.rest.is_empty().then_some(value)
    }

    /// The value at a path of object members; the first of members with the same name.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |value, name| match value {
            Self::Object(members) => members.iter().find(|(n, _)| n == name).map(|(_, value)| value),
            _ => None,
        })
    }

    /// The member of that name, which becomes an empty object where there is none; `None` where this is no object.
    pub(crate) fn member(&mut self, name: &str) -> Option<&mut Self> {
        let Self::Object(members) = self else { return None };
        let at = members.iter().position(|(n, _)| n == name).unwrap_or(members.len());
        if at == members.len() {
            members.push((name.to_owned(), Self::Object(Vec::new())));
        }
        members.get_mut(at).map(|(_, value)| value)
    }

    /// Appends the document to a text, in one line.
    pub(crate) fn write(&self, to: &mut String) {
        match self {
            Self::Null => to.push_str("null"),
            Self::Bool(value) => to.push_str(if *value { "true" } else { "false" }),
            Self::Number(text) => to.push_str(text),
            Self::Text(text) => write_text(text, to),
            Self::List(list) => {
                for (index, value) in list.iter().enumerate() {
                    to.push(if index == 0 { '[' } else { ',' });
                    value.write(to);
                }
                to.push_str(if list.is_empty() { "[]" } else { "]" });
            }
            Self::Object(members) => {
                for (index, (name, value)) in members.iter().enumerate() {
                    to.push(if index == 0 { '{' } else { ',' });
                    write_text(name, to);
                    to.push(':');
                    value.write(to);
                }
                to.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }

    /// The text there.
    pub(crate) fn text(&self, path: &[&str]) -> Option<&str> {
        match self.at(path)? {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number there, not negative; the same in a string, as several of Azure's endpoints write it. A
    /// fraction is cut off.
    pub(crate) fn number(&self, path: &[&str]) -> Option<u64> {
        match self.at(path)? {
            Self::Number(text) | Self::Text(text) => parse_decimal(text.trim_ascii()).map(|(whole, _)| whole),
            _ => None,
        }
    }

    /// The truth value there.
    pub(crate) fn bool(&self, path: &[&str]) -> Option<bool> {
        match self.at(path)? {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

/// Appends a text with its quotes and escapes.
fn write_text(text: &str, to: &mut String) {
    to.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => to.extend(['\\', character]),
            // The short escapes are never needed.
            c if c < ' ' => to.push_str(&format!(
                "\\u00{}{}",
                u64::from(c) >> 4,
                char::from_digit(u32::from(c) & 15, 16).unwrap_or('0')
            )),
            c => to.push(c),
        }
    }
    to.push('"');
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn skip_space(&mut self) {
        self.take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
    }

    /// Takes the character if it is the next one.
    fn take(&mut self, expected: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    /// Takes characters while they fit.
    fn take_while(&mut self, fits: fn(u8) -> bool) -> &'t str {
        let end = self.rest.bytes().position(|b| !fits(b)).unwrap_or(self.rest.len());
        // No end inside a character: those bytes fit all or none.
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        self.rest = rest;
        taken
    }

    fn value(&mut self, depth: u32) -> Option<Json> {
        let depth = depth.checked_sub(1)?;
        self.skip_space();
        match self.rest.bytes().next()? {
            b'"' => self.text().map(Json::Text),
            b'{' => {
                let mut members = Vec::new();
                self.items('{', '}', |reader| {
                    reader.skip_space();
                    let name = reader.text()?;
                    reader.skip_space();
                    reader.take(':')?;
                    members.push((name, reader.value(depth)?));
                    Some(())
                })?;
                Some(Json::Object(members))
            }
            b'[' => {
                let mut list = Vec::new();
                self.items('[', ']', |reader| {
                    list.push(reader.value(depth)?);
                    Some(())
                })?;
                Some(Json::List(list))
            }
            b'-' | b'0'..=b'9' => self.number(),
            _ => match self.take_while(|b| b.is_ascii_lowercase()) {
                "null" => Some(Json::Null),
                "true" => Some(Json::Bool(true)),
                "false" => Some(Json::Bool(false)),
                _ => None,
            },
        }
    }

    /// Items with commas between them, none after the last.
    fn items(&mut self, open: char, close: char, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(open)?;
        self.skip_space();
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            self.skip_space();
            if self.take(close).is_some() {
                return Some(());
            }
            self.take(',')?;
        }
    }

    /// A number as it is written. Claims are sent on, so it must be one to whoever reads it next.
    fn number(&mut self) -> Option<Json> {
        let text = self.rest;
        let _ = self.take('-');
        if self.take('0').is_none() {
            self.digits()?;
        }
        if self.take('.').is_some() {
            self.digits()?;
        }
        if self.take('e').or_else(|| self.take('E')).is_some() {
            let _ = self.take('+').or_else(|| self.take('-'));
            self.digits()?;
        }
        text.get(..text.len() - self.rest.len()).map(|number| Json::Number(number.to_owned()))
    }

    fn digits(&mut self) -> Option<()> {
        (!self.take_while(|b| b.is_ascii_digit()).is_empty()).then_some(())
    }

    fn text(&mut self) -> Option<String> {
        self.take('"')?;
        let mut text = String::new();
        loop {
            text.push_str(self.take_while(|b| b != b'"' && b != b'\\' && b >= b' '));
            if self.take('"').is_some() {
                return Some(text);
            }
            self.take('\\')?;
            let escape = self.rest.chars().next()?;
            self.take(escape)?;
            text.push(match escape {
                '"' | '\\' | '/' => escape,
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => self.unicode()?,
                _ => return None,
            });
        }
    }

    /// What follows `\u`: four digits, or a surrogate pair. Half a pair is no character.
    fn unicode(&mut self) -> Option<char> {
        let first = self.hex()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        self.take('\\')?;
        self.take('u')?;
        let second = self.hex()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + second)
    }

    fn hex(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        digits.bytes().try_fold(0, |value, digit| Some(value * 16 + char::from(digit).to_digit(16)?))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn values_at_paths() {
        let json = Json::parse(
            br#" {"a": {"b": "x", "n": 12, "s": "34", "f": 5.9, "t": true, "z": null, "l": [1, {}, []]}, "a": 1} "#,
        )
        .unwrap();
        assert_eq!(json.text(&["a", "b"]), Some("x"));
        assert_eq!(
            (json.number(&["a", "n"]), json.number(&["a", "s"]), json.number(&["a", "f"])),
            (Some(12), Some(34), Some(5))
        );
        assert_eq!(
            (json.bool(&["a", "t"]), json.text(&["a", "n"]), json.text(&["a", "b", "c"])),
            (Some(true), None, None)
        );
        assert_eq!(json.at(&["a", "z"]), Some(&Json::Null));
    }

    #[test]
    fn text_comes_out_as_it_went_in() {
        let json = Json::parse(br#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 \u0000""#).unwrap();
        assert_eq!(json, Json::Text("\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1f600} \0".to_owned()));
    }

    #[test]
    fn what_is_read_is_written() {
        let text = r#"{"a":[0,-2.5e3,10E-7,{}],"b\"":"\\x\u000a\u001f é","c":[],"d":true,"e":null}"#;
        let mut json = Json::parse(text.as_bytes()).unwrap();
        let mut written = String::new();
        json.write(&mut written);
        assert_eq!(written, text);
        *json.member("a").unwrap() = Json::Bool(false);
        *json.member("f").unwrap().member("g").unwrap() = Json::Null;
        assert_eq!(json.at(&["a"]), Some(&Json::Bool(false)));
        assert_eq!(json.at(&["f", "g"]), Some(&Json::Null));
        assert!(json.member("a").unwrap().member("x").is_none());
    }

    #[test]
    fn what_is_no_json() {
        for text in [
            "",
            " ",
            "{",
            "{\"a\"",
            "{\"a\":}",
            "{\"a\":1,}",
            "[1,]",
            "[1 2]",
            "\"",
            "\"\n\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "nul",
            "True",
            "1 1",
            "01",
            "-",
            "+1",
            ".5",
            "1.",
            "1.e5",
            "1e",
            "1-2",
            "<html>",
            "{} x",
            "'a'",
            "{a:1}",
        ] {
            assert_eq!(Json::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Json::parse(b"\"\xff\""), None);
    }

    #[test]
    fn numbers_that_are_none() {
        for text in
            ["-1", "1e5", "1.7e9", "\"\"", "\"+1\"", "\"1.2.3\"", "\"12 34\"", "99999999999999999999", "\"+\"", "true"]
        {
            assert_eq!(Json::parse(format!("{{\"n\":{text}}}").as_bytes()).unwrap().number(&["n"]), None, "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(Json::parse("[".repeat(100_000).as_bytes()).is_none());
        assert!(Json::parse(format!("{}1{}", "[".repeat(31), "]".repeat(31)).as_bytes()).is_some());
        assert!(Json::parse(format!("{}1{}", "[".repeat(32), "]".repeat(32)).as_bytes()).is_none());
    }
}
