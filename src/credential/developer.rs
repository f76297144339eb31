//! The developer credentials of the Azure SDKs' default chain. Each needs a process, a browser or the desktop, so none works in a
//! component; the chain's report says so, and what a developer does instead.

use crate::error::{Error, ErrorKind};
use crate::language::{Language, NOT_IN_A_COMPONENT};
use crate::prelude::*;

/// Further values of `AZURE_TOKEN_CREDENTIALS` in the Azure SDKs for other languages.
pub(super) const OTHER_LANGUAGES: &[&str] = &["InteractiveBrowserCredential", "VisualStudioCredential"];

/// The error of a developer credential. It is the same for each, so that a report can name them together.
pub(super) fn unsupported(language: Language) -> Box<Error> {
    Error::new(ErrorKind::Unsupported, language.fill(NOT_IN_A_COMPONENT, &[]))
}
