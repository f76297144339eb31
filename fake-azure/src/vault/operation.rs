//! From method and path to the operation, and what each operation needs.

use http::Method;

use super::super::description::Permission;
use super::super::ids::is_secret_name;
use super::error::Refusal;

/// What can be asked of a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Set,
    Update,
    List,
    ListVersions,
    Delete,
    GetDeleted,
    ListDeleted,
    Recover,
    Purge,
    Backup,
    Restore,
}

/// What a request asks a vault to do.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) verb: Verb,
    /// The secret's name; empty where it is about no single one, or where the body tells.
    pub(super) name: String,
    /// The version; the latest unless given.
    pub(super) version: Option<String>,
}

/// What an operation needs.
pub(super) struct Needs {
    /// The data action that a role has to have.
    /// <https://learn.microsoft.com/azure/role-based-access-control/permissions/security#microsoftkeyvault>
    pub(super) action: &'static str,
    /// What an access policy has to allow. <https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups>
    pub(super) permission: Permission,
    /// The parameters of its query, besides the version of the interface.
    pub(super) query: &'static [&'static str],
    /// Whether it has a body.
    pub(super) body: bool,
}

const PAGES: &[&str] = &["maxresults", "$skiptoken"];

impl Verb {
    pub(super) fn needs(self) -> Needs {
        let (action, permission) = match self {
            Self::Get => ("getSecret/action", Permission::Get),
            Self::Set => ("setSecret/action", Permission::Set),
            Self::Update => ("update/action", Permission::Set),
            Self::List | Self::ListVersions | Self::ListDeleted => ("readMetadata/action", Permission::List),
            // It tells no value; so, it is inferred, a role needs less for it than a policy.
            Self::GetDeleted => ("readMetadata/action", Permission::Get),
            Self::Delete => ("delete", Permission::Delete),
            Self::Recover => ("recover/action", Permission::Recover),
            Self::Purge => ("purge/action", Permission::Purge),
            Self::Backup => ("backup/action", Permission::Backup),
            Self::Restore => ("restore/action", Permission::Restore),
        };
        let query = match self {
            Self::Get => &["outContentType"],
            Self::List | Self::ListVersions | Self::ListDeleted => PAGES,
            _ => &[],
        };
        Needs { action, permission, query, body: matches!(self, Self::Set | Self::Update | Self::Restore) }
    }
}

impl Operation {
    /// The operation. A path that no operation has is 404, a method that the path does not have is 405.
    pub(super) fn of(method: &Method, path: &str) -> Result<Self, Refusal> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let (choices, name, version): (&[(&str, Verb)], &str, &str) = match segments.as_slice() {
            ["secrets"] | ["secrets", ""] => (&[("GET", Verb::List)], "", ""),
            // A secret may have this name: with other methods it is one.
            ["secrets", "restore"] if method == Method::POST => (&[("POST", Verb::Restore)], "", ""),
            ["secrets", name] => {
                let all = &[("GET", Verb::Get), ("PUT", Verb::Set), ("PATCH", Verb::Update), ("DELETE", Verb::Delete)];
                (all, name, "")
            }
            ["secrets", name, "versions"] => (&[("GET", Verb::ListVersions)], name, ""),
            ["secrets", name, "backup"] => (&[("POST", Verb::Backup)], name, ""),
            // SDKs write the latest version as an empty one.
            ["secrets", name, version] => (&[("GET", Verb::Get), ("PATCH", Verb::Update)], name, version),
            ["deletedsecrets"] | ["deletedsecrets", ""] => (&[("GET", Verb::ListDeleted)], "", ""),
            ["deletedsecrets", name] => (&[("GET", Verb::GetDeleted), ("DELETE", Verb::Purge)], name, ""),
            ["deletedsecrets", name, "recover"] => (&[("POST", Verb::Recover)], name, ""),
            _ => return Err(Refusal::no_such_path()),
        };
        let about_one = segments.get(1).is_some_and(|name| !name.is_empty());
        if about_one && !is_secret_name(name) && !choices.contains(&("POST", Verb::Restore)) {
            return Err(Refusal::bad_parameter(format!("The request URI contains an invalid name: {name}")));
        }
        let found = choices.iter().find(|(allowed, _)| method.as_str() == *allowed);
        let (_, verb) = found.ok_or_else(|| Refusal::no_such_method(method))?;
        let version = Some(version).filter(|version| !version.is_empty()).map(str::to_owned);
        Ok(Self { verb: *verb, name: name.to_owned(), version })
    }
}
