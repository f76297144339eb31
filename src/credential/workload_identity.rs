//! WorkloadIdentityCredential: a pod's service account token, exchanged for an Entra token.
//! <https://learn.microsoft.com/azure/aks/workload-identity-overview>

use alloc::rc::Rc;

use super::client_assertion::{MAX_ASSERTION, is_jwt};
use super::confidential_client::{Authenticate, ClientRegistration, ConfidentialClient, FormFields, assertion_fields};
use super::managed_identity_id::ManagedIdentityId;
use super::options::CredentialOptions;
use super::tenants::Tenants;
use super::token_credential::SharedCredential;
use crate::diagnosis;
use crate::entra::TokenEndpoint;
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Call, StartingService};
use crate::language::{self, Language, Phrase};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::secret::{SecretString, quote_path};
use crate::value;

pub(super) const NAME: &str = "WorkloadIdentityCredential";

pub(super) const TENANT: &str = "AZURE_TENANT_ID";
pub(super) const CLIENT: &str = "AZURE_CLIENT_ID";
pub(super) const FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";

/// Set by AKS for pods with an identity binding, whose tokens are exchanged at a proxy of the cluster. That needs a CA
/// certificate and a TLS server name that wasi:http can't set, and Entra itself does not accept the tokens of such pods.
/// <https://learn.microsoft.com/azure/aks/identity-bindings-concepts>
const TOKEN_PROXY: &str = "AZURE_KUBERNETES_TOKEN_PROXY";

/// The file with the pod's service account token, and where its path comes from.
struct TokenFile {
    path: String,
    path_from: &'static str,
}

/// The value of the option, else of the variable, and the name of the one used.
fn choose(
    option: Option<&str>,
    option_name: Phrase,
    env: &Env,
    variable: &'static str,
) -> Option<(String, &'static str)> {
    match option {
        Some(value) => Some((value.to_owned(), env.language.say(option_name))),
        None => env.get(variable).map(|value| (value.to_owned(), variable)),
    }
}

pub(super) fn make(env: &Env, options: &CredentialOptions) -> Result<SharedCredential> {
    // As in the Azure SDKs, a client id for managed identity is used for workload identity too.
    let (client_id, client_option) = match (&options.workload_identity_client_id, &options.managed_identity) {
        (Some(id), _) => (Some(id.as_str()), language::WORKLOAD_CLIENT_ID),
        (None, ManagedIdentityId::ClientId(id)) => (Some(id.as_str()), language::CHAIN_CLIENT_ID),
        _ => (None, language::WORKLOAD_CLIENT_ID),
    };
    let tenant = choose(options.tenant_id.as_deref(), language::TENANT_ID, env, TENANT);
    let app = choose(client_id, client_option, env, CLIENT);
    let file = choose(options.token_file_path.as_deref(), language::TOKEN_FILE_PATH, env, FILE);
    let given = [(TENANT, tenant.is_some()), (CLIENT, app.is_some()), (FILE, file.is_some())];
    let (Some((tenant, tenant_from)), Some((client_id, id_from)), Some((path, path_from))) = (tenant, app, file) else {
        let (mut present, mut missing) = (Vec::new(), Vec::new());
        for (name, given) in given {
            if given { &mut present } else { &mut missing }.push(name);
        }
        let error = Error::unavailable(format!("not set: {}", missing.join(", ")));
        // Only the file shows that workload identity is meant; other credentials use the other variables too.
        let meant = present.contains(&FILE);
        return Err(error.with_hint(if meant {
            diagnosis::workload_identity(&present, &missing, env.language)
        } else if env.get("KUBERNETES_SERVICE_HOST").is_some() {
            diagnosis::kubernetes(env.language)
        } else {
            diagnosis::nothing_configured(env.is_empty(), env.language)
        }));
    };
    let tenants = Tenants::from_environment(env, &tenant, tenant_from, &options.additionally_allowed_tenants)?;
    let registration = ClientRegistration { name: NAME, tenants, client_id: &client_id, id_from };
    Ok(Rc::new(client(env, options, registration, path, path_from)?))
}

/// The client that authenticates with the token in this file.
pub(super) fn client(
    env: &Env,
    options: &CredentialOptions,
    registration: ClientRegistration<'_>,
    path: String,
    path_from: &'static str,
) -> Result<ConfidentialClient> {
    if env.get(TOKEN_PROXY).is_some() {
        let message =
            format!("{TOKEN_PROXY} is set, and the token proxy of AKS identity bindings can't be used in a component");
        return Err(Error::invalid(message).with_hint(diagnosis::configuration(
            "Give the identity a federated credential for the pod's service account, and remove the pod's annotation azure.workload.identity/use-identity-binding",
        )));
    }
    value::check_public(path_from, &path)?;
    let mut client = ConfidentialClient::new(env, options, registration, Box::new(TokenFile { path, path_from }))?;
    client.what = "workload identity";
    // The network of a pod, and a proxy beside the app, can be ready later than the app.
    client.policy = Box::new(StartingService::default());
    Ok(client)
}

impl TokenFile {
    /// The service account token. The file is read for each token request, because Kubernetes renews it. The form of the
    /// token is checked before it is sent, because the path may name any file.
    async fn assertion(&self, call: Call<'_>) -> Result<SecretString> {
        let place = format!("the federated token file {} (from {})", quote_path(&self.path), self.path_from);
        let failed = |why: &str| {
            let error = Error::new(ErrorKind::AuthenticationFailed, format!("{place} {why}"));
            Err(error.with_hint(diagnosis::file_access(
                "Check that the pod is labelled azure.workload.identity/use=true,\nthat AZURE_FEDERATED_TOKEN_FILE is the projected service account token",
                &self.path,
                "give the token itself in code, to ClientAssertionCredential",
                call.language,
            )))
        };
        let bytes = match call.platform.read_file(&self.path, MAX_ASSERTION).await {
            Ok(bytes) => bytes,
            Err(error) => return failed(error.describe()),
        };
        let text = core::str::from_utf8(&bytes.0).unwrap_or("\0").trim_ascii();
        if text.is_empty() {
            return failed("is empty");
        }
        if !is_jwt(text) {
            return failed(
                "holds no token (three base64url parts with dots between them, the first two of them JSON objects); it was not sent",
            );
        }
        Ok(text.into())
    }
}

impl Authenticate for TokenFile {
    fn form_fields<'a>(
        &'a self,
        call: Call<'a>,
        _: &'a str,
        _: &'a TokenEndpoint<'_>,
    ) -> LocalFuture<'a, Result<FormFields>> {
        Box::pin(async move { Ok(assertion_fields(self.assertion(call).await?)) })
    }

    fn origin(&self) -> &str {
        &self.path
    }

    fn renewal_hint(&self, _: Language) -> &'static str {
        "Check that the file is mounted live and is the projected service account token, which Kubernetes renews"
    }
}
