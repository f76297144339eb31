//! The parts of an audit entry: what a caller did, for a log that people read.

use serde_json::Value;

/// The version in the `id` of a secret bundle.
pub(super) fn version(body: &Value) -> &str {
    body["id"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default()
}

/// The secret's name in the `id` of a secret bundle.
pub(super) fn name(body: &Value) -> Option<&str> {
    body["id"].as_str()?.rsplit('/').nth(1)
}

/// The entry for one page of a list.
pub(super) fn listed(body: &Value, one: &str, many: &str, of: &str) -> String {
    let count = body["value"].as_array().map_or(0, Vec::len);
    let what = if count == 1 { one } else { many };
    let more = if body["nextLink"].is_string() { ", and there are more" } else { "" };
    format!("listed {count} {what}{of}{more}")
}
