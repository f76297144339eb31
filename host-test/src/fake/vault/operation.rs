//! From method and path to the operation.

use http::Method;

use super::super::settle::is_secret_name;
use super::error::Refusal;

/// What a request asks a vault to do.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    /// Read a secret: the given version or the latest.
    Get {
        /// The secret's name.
        name: String,
        /// The version.
        version: Option<String>,
    },
    /// List the secrets.
    List,
    /// One of the vault's operations that the fake does not play.
    Unplayed(&'static str),
}

impl Operation {
    /// The operation. A path that no operation has is 404, a method that the path does not have is 405.
    pub(super) fn of(method: &Method, path: &str) -> Result<Self, Refusal> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let named = |name: &str| {
            let valid = is_secret_name(name);
            let text = || format!("The request URI contains an invalid name: {name}");
            if valid { Ok(()) } else { Err(Refusal::bad_parameter(text())) }
        };
        match segments.as_slice() {
            ["secrets"] | ["secrets", ""] => only(method, &[("GET", Self::List)]),
            ["secrets", "restore"] if method == Method::POST => Ok(Self::Unplayed("restore")),
            ["secrets", name] => {
                named(name)?;
                let get = Self::Get { name: (*name).to_owned(), version: None };
                only(method, &[("GET", get), ("PUT", Self::Unplayed("set")), ("DELETE", Self::Unplayed("delete"))])
            }
            ["secrets", name, "versions"] => {
                named(name)?;
                only(method, &[("GET", Self::Unplayed("list versions"))])
            }
            ["secrets", name, "backup"] => {
                named(name)?;
                only(method, &[("POST", Self::Unplayed("backup"))])
            }
            ["secrets", name, version] => {
                named(name)?;
                let version = Some(*version).filter(|version| !version.is_empty()).map(str::to_owned);
                let get = Self::Get { name: (*name).to_owned(), version };
                only(method, &[("GET", get), ("PATCH", Self::Unplayed("update"))])
            }
            ["deletedsecrets"] => only(method, &[("GET", Self::Unplayed("list deleted"))]),
            ["deletedsecrets", name] => {
                named(name)?;
                let purge = ("DELETE", Self::Unplayed("purge"));
                only(method, &[("GET", Self::Unplayed("get deleted")), purge])
            }
            ["deletedsecrets", name, "recover"] => {
                named(name)?;
                only(method, &[("POST", Self::Unplayed("recover"))])
            }
            _ => Err(Refusal::no_such_path()),
        }
    }
}

/// The operation of this method, of those that the path has.
fn only(method: &Method, choices: &[(&str, Operation)]) -> Result<Operation, Refusal> {
    let found = choices.iter().find(|(name, _)| method.as_str() == *name);
    found.map(|(_, operation)| operation.clone()).ok_or_else(|| Refusal::no_such_method(method))
}
