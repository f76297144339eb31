//! What an error response says in its body, whoever gave it: the service, a proxy, or another server.

use core::fmt;

use super::Reply;
use crate::prelude::*;

/// The most bytes of a body that is not JSON that are read.
const READ_LIMIT: usize = 4096;

/// The most characters of plain text, or of a page's title, that are shown. An explanation is shorter; a longer text is a
/// document.
const SHOWN: usize = 200;

/// The body of an error response, safe to print.
pub(crate) enum Content {
    /// The message in the JSON of an error.
    Message(String),
    /// Plain text, shortened.
    Text(String),
    /// A web page, with its title.
    Page(String),
    /// JSON without a message, or no text.
    Other,
    Empty,
}

impl Content {
    #[inline(never)]
    pub(super) fn of(reply: &Reply) -> Self {
        if let Some(message) = reply.error_message() {
            return Self::Message(message);
        }
        let body = &reply.response.body.0;
        let body = body.get(..READ_LIMIT).unwrap_or(body);
        let text = body.utf8_chunks().next().map(|chunk| chunk.valid().trim_ascii()).unwrap_or_default();
        match text.bytes().next() {
            None if body.is_empty() => Self::Empty,
            // JSON that is not an error's may hold a token.
            None | Some(b'{' | b'[' | b'"') => Self::Other,
            Some(b'<') => Self::Page(shortened(reply, title(text))),
            // With success, text is the answer itself.
            Some(_) if reply.status() < 300 => Self::Other,
            Some(_) => Self::Text(shortened(reply, text)),
        }
    }

    /// Whether it says something about an identity, such as that there is none, or which one to name.
    pub(crate) fn is_about_identity(&self) -> bool {
        let (Self::Message(text) | Self::Text(text)) = self else { return false };
        let text = text.to_ascii_lowercase();
        ["identit", "clientid", "client_id", "client id"].iter().any(|mark| text.contains(mark))
    }
}

/// The end of a message.
impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(text) | Self::Text(text) => write!(f, ": {text}"),
            Self::Page(title) if title.is_empty() => f.write_str(" (a web page)"),
            Self::Page(title) => write!(f, " (a web page: {title})"),
            Self::Other => Ok(()),
            Self::Empty => f.write_str(" (without a body)"),
        }
    }
}

/// The text of the element `title`; empty if the page has none.
fn title(page: &str) -> &str {
    let start = page.to_ascii_lowercase().find("<title");
    let rest = start.and_then(|start| page.get(start..)?.split_once('>')).map(|(_, rest)| rest);
    rest.and_then(|rest| rest.split('<').next()).unwrap_or_default()
}

fn shortened(reply: &Reply, text: &str) -> String {
    let mut text = reply.quote(text.trim_ascii());
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text
}
