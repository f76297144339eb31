//! WorkloadIdentityCredential: a pod's service account token, exchanged for an Entra token.
//! <https://learn.microsoft.com/azure/aks/workload-identity-overview>

use alloc::rc::Rc;

use super::client_secret::check_client_id;
use super::managed_identity::ManagedIdentityId;
use super::options::check_tenant;
use super::{CredentialOptions, Made, TokenCredential};
use crate::cache::{Fetch, TokenCache};
use crate::diagnosis::{self, Client};
use crate::entra::{self, Authority};
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::platform::{FileError, LocalFuture, Platform};
use crate::prelude::*;
use crate::secret::Secret;
use crate::text::join;
use crate::token::{AccessToken, TokenRequest};

pub(super) const NAME: &str = "WorkloadIdentityCredential";

const TENANT: &str = "AZURE_TENANT_ID";
const CLIENT: &str = "AZURE_CLIENT_ID";
const FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";

/// Kubernetes' tokens have some 1,500 bytes; whatever is much larger is another file.
const MAX_FILE: usize = 64 * 1024;

struct WorkloadIdentity {
    tenant: String,
    client_id: String,
    id_from: &'static str,
    path: String,
    path_from: &'static str,
    authority: Authority,
    cache: TokenCache,
}

/// The option, else the variable, and which of them it was.
fn choose(
    option: Option<&str>,
    option_name: &'static str,
    env: &Env,
    variable: &'static str,
) -> Option<(String, &'static str)> {
    match option {
        Some(value) => Some((value.to_owned(), option_name)),
        None => env.get(variable).map(|value| (value.to_owned(), variable)),
    }
}

pub(super) fn make(env: &Env, options: &CredentialOptions) -> Result<Made> {
    // As in the Azure SDKs, a client id given for managed identity serves here too.
    let client_id = options.workload_identity_client_id.as_deref().or(match &options.managed_identity {
        ManagedIdentityId::ClientId(id) => Some(id),
        _ => None,
    });
    let tenant = choose(options.tenant_id.as_deref(), "the option tenant-id", env, TENANT);
    let client = choose(client_id, "the option for the client id", env, CLIENT);
    let file = choose(options.token_file_path.as_deref(), "the option token-file-path", env, FILE);
    let given = [(TENANT, tenant.is_some()), (CLIENT, client.is_some()), (FILE, file.is_some())];
    let (Some((tenant, tenant_from)), Some((client_id, id_from)), Some((path, path_from))) = (tenant, client, file)
    else {
        let (mut present, mut missing) = (Vec::new(), Vec::new());
        for (name, given) in given {
            if given { &mut present } else { &mut missing }.push(name);
        }
        let error = Error::unavailable(format!(
            "WorkloadIdentityCredential authentication unavailable. The workload options are not fully configured: {} not set",
            join(&missing, ", ")
        ));
        // The file is set for workload identity alone; the others serve other credentials too.
        let meant = present.contains(&FILE);
        return Err(error.hint(if meant {
            diagnosis::half_set("workload identity", &present, &missing)
        } else {
            diagnosis::nothing_configured(env.is_empty())
        }));
    };
    check_tenant(&tenant, tenant_from)?;
    check_client_id(&client_id, id_from)?;
    Ok(Rc::new(WorkloadIdentity {
        tenant,
        client_id,
        id_from,
        path,
        path_from,
        authority: options.authority(env)?,
        cache: TokenCache::default(),
    }))
}

impl WorkloadIdentity {
    /// The service account token. Read for each exchange, because Kubernetes renews it; trimmed, because files end in
    /// newlines; and looked at before it is sent, because a path may name any file.
    fn assertion(&self, platform: &dyn Platform) -> Result<Secret> {
        let place =
            format!("the federated token file {} (from {})", crate::secret::quote(&self.path, &[]), self.path_from);
        let failed = |why: &str, cure: &str| {
            Err(Error::new(ErrorKind::AuthenticationFailed, format!("{place} {why}")).hint(diagnosis::expected(cure)))
        };
        let remount = "Is the pod labelled azure.workload.identity/use=true, and is the folder of the token file given to the component \
            (wasmtime: `--dir FOLDER`, Spin: `files`)?";
        let bytes = match platform.read_file(&self.path, MAX_FILE) {
            Ok(bytes) => bytes,
            Err(FileError::NotFound) => return failed("does not exist", remount),
            Err(FileError::NotGranted) => {
                return failed("is in no folder that the host gives to the component", remount);
            }
            Err(FileError::TooLarge) => {
                return failed(
                    "is larger than 64 KiB, so it is no token",
                    "Set AZURE_FEDERATED_TOKEN_FILE to the projected service account token",
                );
            }
            Err(FileError::Unreadable) => return failed("can't be read", remount),
        };
        let text = core::str::from_utf8(&bytes.0).unwrap_or("\0").trim();
        if text.is_empty() {
            return failed("is empty", remount);
        }
        let is_segment = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='))
        };
        if text.split('.').count() != 3 || !text.split('.').all(is_segment) {
            return failed(
                "holds no token (three base64url parts with dots between them); it was not sent",
                "Set AZURE_FEDERATED_TOKEN_FILE to the projected service account token",
            );
        }
        Ok(text.into())
    }

    async fn exchange(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        let assertion = self.assertion(call.platform)?;
        let client =
            Client { tenant: &self.tenant, client_id: &self.client_id, proof_from: &self.path, trailing_space: false };
        let kind = Secret::from("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        let proof = [("client_assertion_type", &kind), ("client_assertion", &assertion)];
        let token = entra::token(call, &self.authority, &client, request, &proof).await?;
        Ok(AccessToken {
            credential: NAME,
            source: entra::SOURCE,
            identity: format!("the workload identity with client id {} (from {})", self.client_id, self.id_from),
            ..token
        })
    }
}

impl Fetch for WorkloadIdentity {
    fn fetch<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(self.exchange(call, request))
    }
}

impl TokenCredential for WorkloadIdentity {
    fn name(&self) -> &'static str {
        NAME
    }

    fn token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(self.cache.token(call, request, self))
    }
}
