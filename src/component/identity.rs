//! The interface `identity`.

use alloc::rc::Rc;

use super::bindings::exports::keyfob::azure::{identity as wit, types};
use super::{Options, Runtime, SecretClient};
use crate::prelude::*;
use crate::{
    CertificateSource, ClientAuthentication, ClientOptions, CredentialKind, CredentialOptions, ManagedIdentityId,
    TokenOptions,
};

impl wit::GuestCredentialOptions for Options<CredentialOptions> {
    fn new() -> Self {
        Self::default()
    }

    fn set_managed_identity(&self, id: wit::ManagedIdentity) {
        self.set(|options| {
            options.managed_identity = match id {
                wit::ManagedIdentity::FromEnvironment => ManagedIdentityId::FromEnvironment,
                wit::ManagedIdentity::SystemAssigned => ManagedIdentityId::SystemAssigned,
                wit::ManagedIdentity::ClientId(id) => ManagedIdentityId::ClientId(id),
                wit::ManagedIdentity::ObjectId(id) => ManagedIdentityId::ObjectId(id),
                wit::ManagedIdentity::ResourceId(id) => ManagedIdentityId::ResourceId(id),
            };
        });
    }

    fn set_workload_identity_client_id(&self, client_id: String) {
        self.set(|options| options.workload_identity_client_id = Some(client_id));
    }

    fn set_tenant_id(&self, tenant: String) {
        self.set(|options| options.tenant_id = Some(tenant));
    }

    fn set_token_file_path(&self, path: String) {
        self.set(|options| options.token_file_path = Some(path));
    }

    fn exclude_credential(&self, credential: String) {
        self.set(|options| options.exclude.push(credential));
    }

    fn set_authority_host(&self, url: String) {
        self.set(|options| options.authority_host = Some(url));
    }

    fn set_disable_instance_discovery(&self, disable: bool) {
        self.set(|options| options.disable_instance_discovery = disable);
    }

    fn set_imds_connect_timeout(&self, timeout: types::Milliseconds) {
        self.set(|options| options.imds_connect_timeout = Some(timeout));
    }

    fn add_additionally_allowed_tenant(&self, tenant: String) {
        self.set(|options| options.additionally_allowed_tenants.push(tenant));
    }

    fn set_require_token_credentials(&self, require: bool) {
        self.set(|options| options.require_token_credentials = require);
    }

    fn set_send_certificate_chain(&self, send: bool) {
        self.set(|options| options.send_certificate_chain = send);
    }
}

impl wit::GuestTokenOptions for Options<TokenOptions> {
    fn new() -> Self {
        Self::default()
    }

    fn set_timeout(&self, timeout: types::Milliseconds) {
        self.set(|options| options.timeout = Some(timeout));
    }

    fn set_tenant_id(&self, tenant: String) {
        self.set(|options| options.tenant_id = Some(tenant));
    }

    fn set_claims(&self, json: String) {
        self.set(|options| options.claims = Some(json));
    }

    fn set_enable_cae(&self, enable: bool) {
        self.set(|options| options.enable_cae = enable);
    }
}

/// A credential and the executor that its calls block on.
pub(super) struct Credential {
    #[cfg_attr(feature = "p3", allow(dead_code, reason = "the host runs the futures"))]
    pub(super) runtime: Rc<Runtime>,
    pub(super) core: crate::Credential,
}

pub(super) type OptionsHandle<'a> = Option<wit::CredentialOptionsBorrow<'a>>;

impl Credential {
    pub(super) fn default_azure() -> Self {
        Self::new(CredentialKind::DefaultAzure, &CredentialOptions::default())
    }

    fn new(kind: CredentialKind, options: &CredentialOptions) -> Self {
        let runtime = Rc::new(Runtime::default());
        Self { core: crate::Credential::new(runtime.clone(), kind, options), runtime }
    }

    pub(super) fn resource(kind: CredentialKind, options: Option<&OptionsHandle<'_>>) -> wit::Credential {
        wit::Credential::new(match options.and_then(Option::as_ref) {
            Some(options) => Self::new(kind, &options.get::<Options<CredentialOptions>>().0.borrow()),
            None => Self::new(kind, &CredentialOptions::default()),
        })
    }

    pub(super) fn client_resource(
        tenant_id: String,
        client_id: String,
        authentication: ClientAuthentication,
        options: &OptionsHandle<'_>,
    ) -> wit::Credential {
        Self::resource(CredentialKind::Client { tenant_id, client_id, authentication }, Some(options))
    }

    pub(super) fn create_client(
        &self,
        vault_url: &str,
        options: ClientOptions,
    ) -> Result<SecretClient, types::AzureError> {
        let core = crate::SecretClient::open(vault_url, &self.core, options)?;
        Ok(SecretClient { runtime: self.runtime.clone(), core: Rc::new(core) })
    }
}

impl wit::GuestCredential for Credential {
    fn default_azure(options: OptionsHandle<'_>) -> wit::Credential {
        Self::resource(CredentialKind::DefaultAzure, Some(&options))
    }

    fn environment(options: OptionsHandle<'_>) -> wit::Credential {
        Self::resource(CredentialKind::Environment, Some(&options))
    }

    fn workload_identity(options: OptionsHandle<'_>) -> wit::Credential {
        Self::resource(CredentialKind::WorkloadIdentity, Some(&options))
    }

    fn managed_identity(options: OptionsHandle<'_>) -> wit::Credential {
        Self::resource(CredentialKind::ManagedIdentity, Some(&options))
    }

    fn client_secret(tenant: String, client: String, secret: String, options: OptionsHandle<'_>) -> wit::Credential {
        Self::client_resource(tenant, client, ClientAuthentication::Secret(secret.into()), &options)
    }

    fn client_assertion(
        tenant: String,
        client: String,
        assertion: String,
        options: OptionsHandle<'_>,
    ) -> wit::Credential {
        Self::client_resource(tenant, client, ClientAuthentication::Assertion(assertion.into()), &options)
    }

    fn client_certificate(
        tenant: String,
        client: String,
        certificate: wit::ClientCertificate,
        password: Option<String>,
        options: OptionsHandle<'_>,
    ) -> wit::Credential {
        let certificate = match certificate {
            wit::ClientCertificate::Bytes(bytes) => CertificateSource::Bytes(bytes.into()),
            wit::ClientCertificate::Path(path) => CertificateSource::Path(path),
        };
        Self::client_resource(
            tenant,
            client,
            ClientAuthentication::Certificate(certificate, password.map(Into::into)),
            &options,
        )
    }

    fn chained(credentials: Vec<wit::CredentialBorrow<'_>>) -> wit::Credential {
        // A call brings its platform along, so the links wait with the chain's executor and not with their own.
        let links = credentials.iter().map(|link| link.get::<Self>().core.clone()).collect();
        Self::resource(CredentialKind::Chained(links), None)
    }

    fn static_token(token: String, expires_on: types::UnixSeconds, scope: Option<String>) -> wit::Credential {
        Self::resource(CredentialKind::StaticToken { token: token.into(), expires_on, scope }, None)
    }

    fn name(&self) -> String {
        self.core.name().to_owned()
    }

    fn set_token(
        &self,
        token: String,
        expires_on: types::UnixSeconds,
        scope: Option<String>,
    ) -> Result<(), types::AzureError> {
        Ok(self.core.set_token(token.into(), expires_on, scope)?)
    }

    fn set_assertion(&self, assertion: String) -> Result<(), types::AzureError> {
        Ok(self.core.set_assertion(assertion.into())?)
    }

    fn explain(&self) -> Vec<wit::Candidate> {
        self.core.explain().into_iter().map(Into::into).collect()
    }

    waits! {
        fn get_token(
            &self, scopes: Vec<String>, options: Option<wit::TokenOptionsBorrow<'_>>
        ) -> Result<wit::AccessToken, types::AzureError> {
            let options = options_or_default!(options, TokenOptions);
            Ok(wait!(self.runtime, self.core.get_token(scopes, &options))?.into())
        }
    }
}
