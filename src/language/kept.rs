//! The words that a build keeps. An app that imports the component has the words of the WIT package: without the cargo feature
//! `languages`, those of the command, of Python and of JavaScript are not in the component.

/// A phrase with the words that this build keeps.
macro_rules! phrase {
    ($text:expr $(,)?) => {
        Phrase(kept!($text, false))
    };
}

/// A template with the words that this build keeps.
macro_rules! template {
    ($text:expr $(,)?) => {
        Template(kept!($text, true))
    };
}

/// The compiler evaluates it, so that the component has nothing else of the text.
macro_rules! kept {
    ($text:expr, $template:expr) => {{
        const KEPT: ([u8; $text.len()], usize) = $crate::language::kept::kept($text, $template);
        const BYTES: [u8; KEPT.1] = $crate::language::kept::first(&KEPT.0);
        match core::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => "",
        }
    }};
}

/// What is kept of a text, and its length; zeroes are behind it. In a template phrases stand between `<` and `>`.
pub(super) const fn kept<const N: usize>(text: &str, template: bool) -> ([u8; N], usize) {
    let (mut kept, mut length) = ([0; N], 0);
    let mut rest = text.as_bytes();
    let mut in_phrase = !template;
    // The words of other languages begin at the first `|` of a phrase.
    let mut other = false;
    while let [byte, after @ ..] = rest {
        match *byte {
            b'<' if template => in_phrase = true,
            b'>' if template => (in_phrase, other) = (false, false),
            b'|' if in_phrase => other = !cfg!(feature = "languages"),
            _ => {}
        }
        if !other && let Some((_, [slot, ..])) = kept.split_at_mut_checked(length) {
            *slot = *byte;
            length += 1;
        }
        rest = after;
    }
    (kept, length)
}

/// The first bytes.
pub(super) const fn first<const N: usize>(bytes: &[u8]) -> [u8; N] {
    match bytes.first_chunk() {
        Some(first) => *first,
        None => [0; N],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, template: bool) -> String {
        let (bytes, length) = kept::<64>(text, template);
        String::from_utf8_lossy(bytes.get(..length).unwrap_or_default()).into_owned()
    }

    #[test]
    fn a_build_keeps_the_words_of_its_callers() {
        let of_phrase = if cfg!(feature = "languages") { "é > a|b|c" } else { "é > a" };
        let of_template = if cfg!(feature = "languages") { "<a|b> | <|c> d" } else { "<a> | <> d" };
        assert_eq!((text("é > a|b|c", false), text("<a|b> | <|c> d", true)), (of_phrase.into(), of_template.into()));
    }
}
