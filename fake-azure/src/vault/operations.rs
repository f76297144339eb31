//! The table of operations, and the search in it.

use http::Method;

use super::super::ids::is_secret_name;
use super::error::VaultError;
use super::operation::Operation;
use super::{
    backup, delete, get, get_deleted, list, list_deleted, list_versions, purge, recover, restore, set, update,
};

/// A new operation is a file with its `OPERATION`, and a row here.
const OPERATIONS: [&Operation; 12] = [
    &get::OPERATION,
    &set::OPERATION,
    &update::OPERATION,
    &list::OPERATION,
    &list_versions::OPERATION,
    &delete::OPERATION,
    &get_deleted::OPERATION,
    &list_deleted::OPERATION,
    &recover::OPERATION,
    &purge::OPERATION,
    &backup::OPERATION,
    &restore::OPERATION,
];

/// An operation, and what the path says about it.
pub(super) struct Route<'a> {
    pub(super) operation: &'static Operation,
    /// The secret's name; empty where the path names none.
    pub(super) name: &'a str,
    /// The version; the latest unless given.
    pub(super) version: Option<&'a str>,
}

/// Finds the operation. A path that no operation has is 404; a method that the path does not have is 405.
pub(super) fn route<'a>(method: &Method, path: &'a str) -> Result<Route<'a>, VaultError> {
    let mut segments: Vec<&str> = path.split('/').skip(1).collect();
    if let [_, ""] = segments.as_slice() {
        segments.pop();
    }
    let candidates: Vec<Route<'a>> = OPERATIONS.into_iter().filter_map(|it| bind(it, &segments)).collect();
    if candidates.is_empty() {
        return Err(VaultError::unknown_path());
    }
    let name = segments.get(1).copied().unwrap_or_default();
    if !name.is_empty() && !is_secret_name(name) {
        return Err(VaultError::bad_parameter(format!("The request URI contains an invalid name: {name}")));
    }
    let found = candidates.into_iter().find(|it| it.operation.method == method.as_str());
    found.ok_or_else(|| VaultError::method_not_allowed(method))
}

/// The route, if one of the operation's paths has these segments.
fn bind<'a>(operation: &'static Operation, segments: &[&'a str]) -> Option<Route<'a>> {
    operation.paths.iter().find_map(|pattern| {
        let pattern: Vec<&str> = pattern.split('/').collect();
        if pattern.len() != segments.len() {
            return None;
        }
        let mut route = Route { operation, name: "", version: None };
        for (expected, &segment) in pattern.into_iter().zip(segments) {
            match expected {
                "{name}" => route.name = segment,
                "{version}" if is_subresource(segment) => return None,
                // SDKs write the latest version as an empty one.
                "{version}" => route.version = Some(segment).filter(|version| !version.is_empty()),
                _ if expected != segment => return None,
                _ => {}
            }
        }
        Some(route)
    })
}

/// Whether a path has this word in the position of the version, as in `/secrets/{name}/versions`.
fn is_subresource(segment: &str) -> bool {
    OPERATIONS.iter().flat_map(|it| it.paths).any(|path| path.split('/').nth(2) == Some(segment))
}
