//! Makes the output of tools fit for reports: one line, without tokens, of limited length.

/// The component quotes at most 800 characters of an error; three reasons must fit.
const MAX_CHARACTERS: usize = 240;

/// JSON members whose value is a token.
const TOKEN_MEMBERS: [&str; 5] =
    ["\"accessToken\"", "\"access_token\"", "\"refreshToken\"", "\"refresh_token\"", "\"token\""];

/// Longer words are taken for tokens. A GUID has 36 characters; `/` and `:` separate words, so URLs are kept.
const MAX_WORD_LENGTH: usize = 48;

/// One line without colours, with **** in place of tokens: values of the JSON members above, and words that look like tokens.
pub(super) fn redact_tokens(text: &str) -> String {
    let uncoloured = anstream::adapter::strip_str(text).to_string();
    let mut rest = uncoloured.as_str();
    let mut redacted = String::new();
    while let Some((before, name, after)) = next_token(rest) {
        redacted.push_str(before);
        redacted.push_str(name);
        redacted.push_str(": \"****\"");
        rest = after;
    }
    redacted.push_str(rest);
    redact_words(&redacted)
}

/// The text before the next token member, the member's name, and the text after its value. An unterminated value extends
/// to the end.
fn next_token(text: &str) -> Option<(&str, &str, &str)> {
    let (start, name) = TOKEN_MEMBERS.iter().filter_map(|name| Some((text.find(name)?, *name))).min()?;
    let (before, after) = (text.get(..start)?, text.get(start + name.len()..)?);
    let value = after.trim_start_matches(|c: char| c == ':' || c.is_whitespace()).strip_prefix('"');
    let rest = value.map_or(after, |value| value.split_once('"').map_or("", |(_, rest)| rest));
    Some((before, name, rest))
}

fn redact_words(text: &str) -> String {
    let mut line = String::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || "-_.~+=%".contains(c) {
            word.push(c);
            continue;
        }
        let token = word.len() > MAX_WORD_LENGTH || word.starts_with("eyJ") || word.starts_with("azsdk%");
        line.push_str(if token { "****" } else { &word });
        word.clear();
        if !c.is_whitespace() && !c.is_control() {
            line.push(c);
        } else if !line.ends_with(' ') {
            line.push(' ');
        }
    }
    line.trim().to_owned()
}

/// Cuts the text to the maximum length, and removes a final full stop, because another reason may follow.
pub(super) fn shorten(text: &str) -> String {
    let text = text.trim_end_matches('.');
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_replaced() {
        for (text, shown) in [
            (r#"{"accessToken": "short", "tenant": "t"}"#, r#"{"accessToken": "****", "tenant": "t"}"#),
            (r#"{"token":"short","x":"accessToken"}"#, r#"{"token": "****","x":"accessToken": "****"}"#),
            (r#"{"accessToken": "cut"#, r#"{"accessToken": "****""#),
            ("got eyJhbGci.eyJhdWQi.sig!", "got ****!"),
            ("azsdk%short%soon", "****"),
            (&"a1-_".repeat(20), "****"),
        ] {
            assert_eq!(redact_tokens(text), shown);
        }
    }

    #[test]
    fn messages_are_kept() {
        let text = "\u{1b}[31mERROR:\u{1b}[0m  AADSTS50076: see\r\n https://aka.ms/az/azure-cli/troubleshoot-authentication-problems Trace ID: 00000000-0000-0000-0000-000000000000";
        let shown = "ERROR: AADSTS50076: see https://aka.ms/az/azure-cli/troubleshoot-authentication-problems Trace ID: 00000000-0000-0000-0000-000000000000";
        assert_eq!(redact_tokens(text), shown);
        assert_eq!(shorten("Done."), "Done");
        assert_eq!(shorten(&"ä".repeat(MAX_CHARACTERS + 1)).chars().count(), MAX_CHARACTERS + 1);
    }
}
