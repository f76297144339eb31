//! What a caller did, in words: for a log that people read.

use serde_json::Value;

use super::operation::{Operation, Verb};
use crate::wire::Request;

/// What a good answer shows that the caller did. It holds no value.
pub(in super::super) fn deed(request: &Request, body: &Value) -> Option<String> {
    let Operation { verb, name, .. } = Operation::of(request.method(), request.uri().path()).ok()?;
    let mut id = body["id"].as_str().unwrap_or_default().rsplit('/');
    let version = id.next().unwrap_or_default();
    Some(match verb {
        Verb::Get => format!("read {name}, version {version}"),
        Verb::Set => format!("set {name}, version {version}"),
        Verb::Update => format!("updated {name}, version {version}"),
        Verb::List => listed(body, "secret", "secrets", ""),
        Verb::ListVersions => listed(body, "version", "versions", &format!(" of {name}")),
        Verb::ListDeleted => listed(body, "deleted secret", "deleted secrets", ""),
        Verb::Delete => format!("deleted {name}"),
        Verb::GetDeleted => format!("looked at the deleted {name}"),
        Verb::Recover => format!("recovered {name}"),
        Verb::Purge => format!("purged {name}"),
        Verb::Backup => format!("backed up {name}"),
        // The request has the name only in its sealed body.
        Verb::Restore => format!("restored {}", id.next()?),
    })
}

fn listed(body: &Value, one: &str, many: &str, of: &str) -> String {
    let count = body["value"].as_array().map_or(0, Vec::len);
    let what = if count == 1 { one } else { many };
    let more = if body["nextLink"].is_string() { ", and there are more" } else { "" };
    format!("listed {count} {what}{of}{more}")
}
