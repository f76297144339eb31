//! The errors of responses other than success. They depend on status and error code, never on the message.

use super::SecretClient;
use super::operation::Operation;
use crate::diagnosis::{self, Caller};
use crate::error::{Error, ErrorKind};
use crate::http::Reply;
use crate::prelude::*;
use crate::token::AccessToken;

/// Whether the vault refused the network address of the request, before it checked the identity.
pub(super) fn is_network(error: &Error) -> bool {
    matches!(error.code.as_deref(), Some("ForbiddenByFirewall" | "ForbiddenByConnection"))
}

impl SecretClient {
    /// The error of a response that does not follow Key Vault's protocol.
    pub(super) fn unexpected(&self, reply: &Reply, why: &str) -> Box<Error> {
        let (origin, status, content) = (self.vault.url.origin(), reply.status(), reply.content());
        let said = format!(
            "the vault at {origin} answered {status} with something that is no reply of Key Vault: {why}{content}"
        );
        let mut error = reply.error(ErrorKind::UnexpectedReply, said);
        let hint = diagnosis::unexpected_reply(status, &content, "Key Vault", &self.vault.url);
        error.hint = error.hint.or(hint);
        error
    }

    /// The error of an error response of the vault.
    pub(super) fn refused(&self, reply: &Reply, token: Option<&AccessToken>, operation: &Operation<'_>) -> Box<Error> {
        let json = reply.json(&["error"]).unwrap_or_default();
        let body = json.object("error", &["code", "message", "innererror"]).unwrap_or_default();
        let inner = body.object("innererror", &["code"]).unwrap_or_default();
        let code = inner.text("code").or_else(|| body.text("code")).map(|code| reply.quote(&code));
        let kind = match reply.response.status {
            401 => ErrorKind::AuthenticationFailed,
            403 => ErrorKind::Forbidden,
            404 if code.is_some() => ErrorKind::NotFound,
            409 => ErrorKind::Conflict,
            429 | 500.. => ErrorKind::Service,
            _ if code.is_some() => ErrorKind::Service,
            _ => return self.unexpected(reply, "it has no error code"),
        };
        let vault = self.vault.url.origin();
        let who = token.map(AccessToken::describe).unwrap_or_default();
        let mut message = format!("the vault at {vault} answered {} to {}", reply.status(), operation.description());
        if !who.is_empty() {
            message.push_str(&format!(" as {who}"));
        }
        let content = reply.content();
        message.push_str(&content.to_string());
        let mut error = reply.error(kind, message);
        let language = self.credential.language();
        if code.is_none() {
            let proxy = diagnosis::in_between(reply.status(), &content, "Key Vault", &self.vault.url);
            error.hint = error.hint.or(proxy);
        }
        if error.hint.is_none() {
            error.hint = match error.kind {
                ErrorKind::Forbidden => {
                    let ids = token.map(AccessToken::ids).unwrap_or_default();
                    let address = address(reply);
                    let caller = Caller {
                        object_id: ids.iter().find(|(name, _)| *name == "object-id").map(|(_, id)| id.as_str()),
                        platform_chose: token.is_some_and(|token| token.platform_chose),
                        address: address.as_deref(),
                        language,
                    };
                    let (permission, role) = (operation.kind.permission, operation.kind.role);
                    let code = code.as_deref().unwrap_or_default();
                    Some(diagnosis::forbidden(code, permission, role, &caller, &vault))
                }
                ErrorKind::NotFound => operation.secret.map(|(name, version)| {
                    if operation.kind.on_deleted_secrets {
                        diagnosis::not_deleted(name, &vault)
                    } else {
                        diagnosis::not_found(name, version, &vault)
                    }
                }),
                ErrorKind::Conflict => diagnosis::conflict(code.as_deref().unwrap_or_default(), language),
                ErrorKind::AuthenticationFailed => Some(diagnosis::token_refused(&vault)),
                _ => None,
            };
        }
        error.code = code;
        if let Some(token) = token {
            error.details.push(("credential", token.credential.to_owned()));
            error.details.push(("source", token.source.to_owned()));
            error.details.extend(token.ids());
        }
        error
    }
}

/// The network address of the caller, as the vault sees it: `conn_type=Ipv4;addr=203.0.113.7;act_addr_fam=InterNetwork;`.
fn address(reply: &Reply) -> Option<String> {
    let info = reply.response.header("x-ms-keyvault-network-info")?;
    let address = info.split(';').find_map(|part| part.trim_ascii().strip_prefix("addr="))?;
    Some(reply.quote(address)).filter(|address| !address.is_empty())
}
