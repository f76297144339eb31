//! A confidential client at Microsoft Entra ID, which several credentials share. They differ in how the client
//! authenticates: by a client secret, or by an assertion.
//! <https://learn.microsoft.com/entra/identity-platform/msal-client-applications>

use alloc::rc::Rc;

use super::candidate::{Candidate, Readiness};
use super::options::CredentialOptions;
use super::tenants::{ADFS, Tenants};
use super::token_credential::{SharedCredential, TokenCredential};
use crate::diagnosis::{self, ClientContext};
use crate::entra::{self, TokenEndpoint};
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Call, DEFAULT_RETRY, ServicePolicy};
use crate::language::{self, Language};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::secret::{SecretString, quote_path};
use crate::token::{AccessToken, TokenRequest, describe_id, is_uuid};
use crate::token_cache::{FetchToken, TokenCache};
use crate::value;

/// The form fields that authenticate the client.
pub(super) type FormFields = Vec<(&'static str, SecretString)>;

/// How a client authenticates.
pub(super) trait Authenticate {
    /// The form fields for one request to this endpoint.
    fn form_fields<'a>(
        &'a self,
        call: Call<'a>,
        client_id: &'a str,
        endpoint: &'a TokenEndpoint<'_>,
    ) -> LocalFuture<'a, Result<FormFields>>;
    /// Where the secret or key comes from: an argument, a variable, a file.
    fn origin(&self) -> &str;
    /// Why the secret is probably not the one that is meant, if only a request can tell.
    fn caveat(&self) -> Option<&'static str> {
        None
    }
    /// How to get a new assertion when this one has expired, for hints.
    fn renewal_hint(&self, _language: Language) -> &'static str {
        "Replace it with a new one"
    }
    /// Replaces the assertion, if the caller supplies it.
    fn set_assertion(&self, _assertion: SecretString) -> Result<(), ErrorKind> {
        Err(ErrorKind::Unsupported)
    }
}

/// The form fields of a client assertion (RFC 7523).
pub(super) fn assertion_fields(assertion: SecretString) -> FormFields {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    vec![("client_assertion_type", kind.into()), ("client_assertion", assertion)]
}

/// A client at Microsoft Entra ID.
pub(super) struct ConfidentialClient {
    /// The class name of the credential.
    pub(super) name: &'static str,
    /// The `source` of its tokens.
    pub(super) source: &'static str,
    /// How the source was detected, if the code did not name it.
    pub(super) detected_by: Option<&'static str>,
    /// What messages call it: a service principal, a workload identity.
    pub(super) what: &'static str,
    pub(super) tenants: Tenants,
    pub(super) client_id: String,
    pub(super) id_from: &'static str,
    pub(super) authority: entra::Authority,
    pub(super) authentication: Box<dyn Authenticate>,
    pub(super) policy: Box<dyn ServicePolicy>,
    cache: TokenCache,
}

/// The registration of the client: its tenant and client id, before they are checked.
pub(super) struct ClientRegistration<'a> {
    pub(super) name: &'static str,
    pub(super) tenants: Tenants,
    pub(super) client_id: &'a str,
    pub(super) id_from: &'static str,
}

impl ConfidentialClient {
    pub(super) fn new(
        env: &Env,
        options: &CredentialOptions,
        registration: ClientRegistration<'_>,
        authentication: Box<dyn Authenticate>,
    ) -> Result<Self> {
        check_client_id(registration.client_id, registration.id_from)?;
        Ok(Self {
            name: registration.name,
            source: entra::SOURCE,
            detected_by: None,
            what: "service principal",
            tenants: registration.tenants,
            client_id: registration.client_id.to_owned(),
            id_from: registration.id_from,
            authority: options.authority(env)?,
            authentication,
            policy: Box::new(DEFAULT_RETRY),
            cache: TokenCache::default(),
        })
    }

    async fn exchange(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        let tenant = self.tenants.resolve(request)?;
        let endpoint = TokenEndpoint::new(&self.authority, tenant, tenant.eq_ignore_ascii_case(ADFS));
        let client = ClientContext {
            tenant,
            client_id: &self.client_id,
            credential_origin: self.authentication.origin(),
            renewal: self.authentication.renewal_hint(call.language),
            language: call.language,
        };
        let authentication = self.authentication.form_fields(call, &self.client_id, &endpoint).await?;
        let token = entra::request_token(call, &endpoint, &client, request, &authentication, &*self.policy).await?;
        Ok(AccessToken { credential: self.name, source: self.source, identity: self.describe(), ..token })
    }

    /// The client id and where it comes from.
    fn describe(&self) -> String {
        format!("the {} with client id {} (from {})", self.what, self.client_id, self.id_from)
    }
}

/// A credential that is made from arguments in code.
pub(super) fn from_arguments(
    env: &Env,
    options: &CredentialOptions,
    name: &'static str,
    (tenant, client_id): (&str, &str),
    authentication: Box<dyn Authenticate>,
) -> Result<SharedCredential> {
    let tenants = Tenants::from_arguments(
        env,
        tenant,
        env.language.say(language::TENANT_ARGUMENT),
        &options.additionally_allowed_tenants,
    )?;
    let registration =
        ClientRegistration { name, tenants, client_id, id_from: env.language.say(language::CLIENT_ARGUMENT) };
    Ok(Rc::new(ConfidentialClient::new(env, options, registration, authentication)?))
}

/// Checks the form of a client id.
pub(super) fn check_client_id(id: &str, from: &str) -> Result<()> {
    value::check_public(from, id)?;
    if is_uuid(id) {
        return Ok(());
    }
    Err(Error::invalid(format!("{from} is not a client id (a UUID): {}", describe_id(id))).with_hint(
        diagnosis::configuration(&format!(
            "Set {from} to the Application (client) ID: portal > Microsoft Entra ID > App registrations"
        )),
    ))
}

impl FetchToken for ConfidentialClient {
    fn fetch_token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(async move {
            self.exchange(call, request).await.map_err(|mut error| {
                if let Some(how) = self.detected_by {
                    error.message = format!("{}: {}", self.source, error.message);
                    error.details.extend([("source", self.source.to_owned()), ("detected-by", how.to_owned())]);
                }
                error
            })
        })
    }
}

impl TokenCredential for ConfidentialClient {
    fn name(&self) -> &'static str {
        self.name
    }

    fn token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(self.cache.token(call, request, self))
    }

    fn explain(&self, candidates: &mut Vec<Candidate>) {
        let how = self.detected_by.map(|how| format!("{} ({how}): ", self.source)).unwrap_or_default();
        let (registration, tenant, authentication) =
            (self.describe(), &self.tenants.own, quote_path(self.authentication.origin()));
        let authority = self.authority.origin();
        let message = format!("{how}{registration} in tenant {tenant}, by {authentication}, at {authority}");
        let details = vec![
            ("source", self.source.to_owned()),
            ("client-id", self.client_id.clone()),
            ("id-from", self.id_from.to_owned()),
            ("tenant-id", tenant.clone()),
            ("endpoint", authority),
        ];
        let mut candidate = Candidate { details, ..Candidate::ready(self.name, message) };
        if let Some(caveat) = self.authentication.caveat() {
            candidate.readiness = Readiness::Unproven;
            candidate.message.push_str(&format!("; {caveat}"));
            candidate.hint = Some(diagnosis::configuration(&format!(
                "Set {} to the Value of the client secret, not its Secret ID (portal: the app registration > Certificates & secrets)",
                self.authentication.origin()
            )));
        }
        candidates.push(candidate);
    }

    fn set_assertion(&self, assertion: SecretString) -> Result<(), ErrorKind> {
        self.authentication.set_assertion(assertion)
    }
}
