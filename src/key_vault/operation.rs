//! The operations of a vault: request, permission, and role of each.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups>

use core::cell::RefCell;

use crate::concurrency::Mutex;
use crate::error::Error;
use crate::platform::Method;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::token::TokenRequest;

/// The built-in role that can only read secrets. <https://learn.microsoft.com/azure/key-vault/general/rbac-guide>
const USER: &str = "Key Vault Secrets User";
/// The built-in role that has every permission for secrets.
const OFFICER: &str = "Key Vault Secrets Officer";

/// The largest response by default, in bytes. A value has at most 25 KiB, which JSON escapes can make six times as long;
/// tags and other properties are added to that.
const MAX_BODY: usize = 256 * 1024;

/// The largest page of a list, in bytes: 25 secrets with 15 tags each fit.
const MAX_PAGE: usize = 1024 * 1024;

/// The largest backup, in bytes: all versions of a secret, encrypted and in base64.
const MAX_BACKUP: usize = 4 * 1024 * 1024;

/// A kind of operation.
#[derive(Clone, Copy)]
pub(super) struct OperationKind {
    /// A description that follows "to".
    description: &'static str,
    /// The permission that it needs in an access policy.
    pub(super) permission: &'static str,
    /// The least privileged built-in role with that permission.
    pub(super) role: &'static str,
    method: Method,
    /// The operation is idempotent. Restoring or recovering a secret is not: the second request is refused.
    pub(super) idempotent: bool,
    /// The largest response body, in bytes.
    pub(super) max_body: usize,
    /// The operation is on deleted secrets.
    pub(super) on_deleted_secrets: bool,
    /// The HTTP status of success.
    pub(super) success_status: u16,
}

const fn kind(
    description: &'static str,
    permission: &'static str,
    role: &'static str,
    method: Method,
) -> OperationKind {
    OperationKind {
        description,
        permission,
        role,
        method,
        idempotent: true,
        max_body: MAX_BODY,
        on_deleted_secrets: false,
        success_status: 200,
    }
}

pub(super) const GET: OperationKind = kind("get secret", "Get", USER, Method::Get);
pub(super) const SET: OperationKind = kind("set secret", "Set", OFFICER, Method::Put);
pub(super) const UPDATE: OperationKind = kind("update the properties of secret", "Set", OFFICER, Method::Patch);
pub(super) const DELETE: OperationKind = kind("delete secret", "Delete", OFFICER, Method::Delete);
pub(super) const GET_DELETED: OperationKind =
    OperationKind { on_deleted_secrets: true, ..kind("get deleted secret", "Get", USER, Method::Get) };
pub(super) const PURGE: OperationKind = OperationKind {
    on_deleted_secrets: true,
    success_status: 204,
    ..kind("purge deleted secret", "Purge", OFFICER, Method::Delete)
};
pub(super) const RECOVER: OperationKind = OperationKind {
    on_deleted_secrets: true,
    idempotent: false,
    ..kind("recover deleted secret", "Recover", OFFICER, Method::Post)
};
pub(super) const BACKUP: OperationKind =
    OperationKind { max_body: MAX_BACKUP, ..kind("back up secret", "Backup", OFFICER, Method::Post) };
pub(super) const RESTORE: OperationKind =
    OperationKind { idempotent: false, ..kind("restore a secret from its backup", "Restore", OFFICER, Method::Post) };
pub(super) const LIST: OperationKind =
    OperationKind { max_body: MAX_PAGE, ..kind("list secrets", "List", USER, Method::Get) };
pub(super) const LIST_VERSIONS: OperationKind = OperationKind { description: "list the versions of secret", ..LIST };
pub(super) const LIST_DELETED: OperationKind =
    OperationKind { description: "list deleted secrets", on_deleted_secrets: true, ..LIST };

/// A request to a vault.
pub(super) struct Operation<'a> {
    pub(super) kind: OperationKind,
    /// The secret's name and version, if the operation is on one secret.
    pub(super) secret: Option<(&'a str, Option<&'a str>)>,
    /// Path and query, without `api-version`.
    pub(super) path: String,
    /// The JSON body, or empty.
    pub(super) body: SecretString,
    /// The secret value in the body. It is masked in messages, because a server may echo it.
    pub(super) secret_value: Option<SecretString>,
    /// The batch that the operation belongs to.
    pub(super) batch: Option<&'a Batch>,
}

/// Operations that run at the same time. They share one token request, its error, and the vault's challenge.
#[derive(Default)]
pub(super) struct Batch {
    /// Held by the operation that requests the token or gets the challenge.
    pub(super) token_lock: Mutex,
    /// The token request that failed, and its error.
    pub(super) failed_token: RefCell<Option<(TokenRequest, Box<Error>)>>,
}

impl Batch {
    /// The error of the same token request by another operation of the batch.
    pub(super) fn token_failure(&self, request: &TokenRequest) -> Option<Box<Error>> {
        self.failed_token
            .borrow()
            .as_ref()
            .filter(|(failed_token, _)| failed_token == request)
            .map(|(_, error)| error.clone())
    }
}

impl<'a> Operation<'a> {
    /// An operation on the secret with this name, at this path, without a body.
    pub(super) fn for_secret(kind: OperationKind, name: &'a str, path: String) -> Self {
        Self { kind, secret: Some((name, None)), path, body: SecretString::default(), secret_value: None, batch: None }
    }

    pub(super) fn method(&self) -> Method {
        self.kind.method
    }

    /// A description that follows "to".
    pub(super) fn description(&self) -> String {
        match self.secret {
            Some((name, _)) => format!("{} {name}", self.kind.description),
            None => self.kind.description.to_owned(),
        }
    }
}
