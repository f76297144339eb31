//! What a vault can be asked to do.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups>

use core::cell::RefCell;

use crate::concurrency::Mutex;
use crate::error::Error;
use crate::platform::Method;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::token::TokenRequest;

/// The role that reads, and no more. <https://learn.microsoft.com/azure/key-vault/general/rbac-guide>
const USER: &str = "Key Vault Secrets User";
/// The role that may do everything with secrets.
const OFFICER: &str = "Key Vault Secrets Officer";

/// A value has at most 25 KiB, which JSON's escapes can make six times as long; tags and the rest come on top.
const MAX_BODY: usize = 256 * 1024;

/// 25 secrets a page with 15 tags each fit.
const MAX_PAGE: usize = 1024 * 1024;

/// All versions of a secret, encrypted and in base64.
const MAX_BACKUP: usize = 4 * 1024 * 1024;

/// One of the things that a vault does.
#[derive(Clone, Copy)]
pub(super) struct OperationKind {
    /// In words, to follow "to".
    description: &'static str,
    /// The permission in an access policy.
    pub(super) permission: &'static str,
    /// The smallest role that has it.
    pub(super) role: &'static str,
    method: Method,
    /// Done twice it is the same as once. A secret that is restored or recovered already is refused the second time.
    pub(super) idempotent: bool,
    /// The largest reply.
    pub(super) max_body: usize,
    /// It is about deleted secrets.
    pub(super) on_deleted_secrets: bool,
    /// The status of success.
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
    /// The secret's name and version, where it is about one.
    pub(super) secret: Option<(&'a str, Option<&'a str>)>,
    /// Path and query, without the version of the interface.
    pub(super) path: String,
    /// JSON, or nothing.
    pub(super) body: SecretString,
    /// What of it a reply must not give away, should it echo it.
    pub(super) secret_value: Option<SecretString>,
    /// The others that it is done with.
    pub(super) batch: Option<&'a Batch>,
}

/// Several operations at the same time: what one learns on the way to the vault, the others need not ask.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) token_lock: Mutex,
    /// The token that could not be had.
    pub(super) failed_token: RefCell<Option<(TokenRequest, Box<Error>)>>,
}

impl Batch {
    /// Why there is no such token, if one of the others knows.
    pub(super) fn token_failure(&self, request: &TokenRequest) -> Option<Box<Error>> {
        self.failed_token
            .borrow()
            .as_ref()
            .filter(|(failed_token, _)| failed_token == request)
            .map(|(_, error)| error.clone())
    }
}

impl<'a> Operation<'a> {
    /// About the secret of this name, at this path, without a body.
    pub(super) fn for_secret(kind: OperationKind, name: &'a str, path: String) -> Self {
        Self { kind, secret: Some((name, None)), path, body: SecretString::default(), secret_value: None, batch: None }
    }

    pub(super) fn method(&self) -> Method {
        self.kind.method
    }

    /// In words, to follow "to".
    pub(super) fn description(&self) -> String {
        match self.secret {
            Some((name, _)) => format!("{} {name}", self.kind.description),
            None => self.kind.description.to_owned(),
        }
    }
}
