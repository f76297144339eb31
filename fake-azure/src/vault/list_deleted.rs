//! Listing deleted secrets.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-deleted-secrets/get-deleted-secrets>

use super::state::State;
use super::{Answer, Call, bundle, page};

pub(super) fn list_deleted(call: &Call<'_>, state: &mut State) -> Answer {
    let all = state
        .all_deleted()
        .filter_map(|(key, kept, deletion)| Some((key.to_owned(), (kept, kept.latest()?, deletion))));
    page::page(call, "deletedsecrets", all, |(kept, secret, deletion)| {
        bundle::deleted(call, kept, deletion, bundle::item(call, kept, secret))
    })
}
