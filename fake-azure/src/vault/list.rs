//! Listing secrets: the latest version of each, without its value.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets>

use super::state::State;
use super::{Answer, Call, bundle, page};

pub(super) fn list(call: &Call<'_>, state: &mut State) -> Answer {
    let all = state.all_here().filter_map(|(key, kept)| Some((key.to_owned(), (kept, kept.latest()?))));
    page::page(call, "secrets", all, |(kept, secret)| bundle::item(call, kept, secret))
}
