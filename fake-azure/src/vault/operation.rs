//! What an operation of a vault is. Each operation has a file of its own, and a row in [`super::operations`].

use serde_json::Value;

use super::super::Fake;
use super::super::description::{Permission, Vault};
use super::super::params::Params;
use super::api_version::ApiVersion;
use super::error::VaultError;
use super::state::State;

/// The body of a success; `None` is a response without a body.
pub(super) type OperationResult = Result<Option<Value>, VaultError>;

/// One operation of the data plane.
pub(super) struct Operation {
    pub(super) method: &'static str,
    /// The paths without the first slash; `{name}` and `{version}` stand for any segment.
    pub(super) paths: &'static [&'static str],
    /// The data action that a role has to allow.
    /// <https://learn.microsoft.com/azure/role-based-access-control/permissions/security#microsoftkeyvault>
    pub(super) action: &'static str,
    /// The permission that an access policy has to grant.
    /// <https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups>
    pub(super) permission: Permission,
    /// The query parameters besides `api-version`, each with the first api-version that has it.
    pub(super) query: &'static [(&'static str, &'static str)],
    /// Whether the request has a JSON body.
    pub(super) has_body: bool,
    /// Performs the operation for an authorized caller.
    pub(super) perform: fn(&Call<'_>, &mut State) -> OperationResult,
    /// Describes a success for the log, from the secret's name and the response's body. It holds no value.
    pub(super) audit: fn(&str, &Value) -> Option<String>,
}

/// The request that an operation performs.
pub(super) struct Call<'a> {
    pub(super) fake: &'a Fake,
    pub(super) vault: &'a Vault,
    pub(super) params: &'a Params,
    pub(super) api: ApiVersion,
    /// Unix seconds.
    pub(super) now: u64,
    /// Empty where the path names no secret.
    pub(super) name: &'a str,
    /// `None` is the latest version.
    pub(super) version: Option<&'a str>,
    pub(super) body: &'a [u8],
}

impl Call<'_> {
    /// The error for a secret or version that does not exist.
    pub(super) fn not_found(&self) -> VaultError {
        let name = self.name;
        let id = self.version.map_or_else(|| name.to_owned(), |version| format!("{name}/{version}"));
        VaultError::secret_not_found(&id)
    }
}
