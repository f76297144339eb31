//! Plays a case with the core as native code: the same egress and clock as the component has, without wasm.

mod platform;

use std::rc::Rc;

use keyfob_component::{
    CacheInfo, CertificateSource, ClientAuthentication, ClientOptions, Credential, CredentialKind, CredentialOptions,
    GetSecretOptions, ListOptions, ManagedIdentityId, Secret, SecretClient, SecretList, SecretProperties, SetOptions,
    TokenOptions,
};

use crate::case::{self, Case, Credential as Spec, Kind, Operation, Step, certificate};
use crate::player::{ExplainedCandidate, Failure, Success, deletion_fields, property_fields};
use crate::world::World;
use platform::ScriptedPlatform;

pub struct NativePlayer {
    platform: Rc<ScriptedPlatform>,
    credential: Option<Credential>,
    client: Option<Rc<SecretClient>>,
    /// The URL of the client's vault.
    vault: String,
    backup: Vec<u8>,
}

impl NativePlayer {
    pub fn new(world: World) -> Self {
        Self {
            platform: Rc::new(ScriptedPlatform::new(world)),
            credential: None,
            client: None,
            vault: String::new(),
            backup: Vec::new(),
        }
    }

    pub fn log(&self) -> String {
        self.platform.logged()
    }

    pub async fn step(&mut self, case: &Case, vault: &str, step: &Step) -> Result<Success, Failure> {
        match self.call(case, vault, step).await {
            Ok(result) => result.map_err(|problem| *problem),
            Err(error) => Err(failure(*error)),
        }
    }

    async fn call(
        &mut self,
        case: &Case,
        vault: &str,
        step: &Step,
    ) -> keyfob_component::Result<Result<Success, Box<Failure>>> {
        if self.credential.is_none() {
            self.credential = Some(credential_of(&self.platform, &case.credential));
        }
        let credential = self.credential.as_ref().unwrap();
        let timeout = step.timeout_ms;
        if let Some(token) = &step.set_token {
            let expires_on = case.credential.expires_on.unwrap_or_default() * 2;
            credential.set_token(token.as_str().into(), expires_on, case.credential.scope.clone())?;
            return Ok(Ok(Success::default()));
        }
        if let Some(assertion) = &step.set_assertion {
            credential.set_assertion(assertion.as_str().into())?;
            return Ok(Ok(Success::default()));
        }
        if let Some(scopes) = &step.get_token {
            let options = TokenOptions {
                timeout,
                tenant_id: step.tenant_id.clone(),
                claims: step.claims.clone(),
                enable_cae: step.enable_cae.unwrap_or_default(),
            };
            let token = credential.get_token(scopes.clone(), &options).await?;
            self.platform.record_debug(&token);
            let fields = vec![
                ("credential", token.credential.to_owned()),
                ("source", token.source.to_owned()),
                ("expires-on", token.expires_on.to_string()),
                ("refresh-on", token.refresh_on.map(|at| at.to_string()).unwrap_or_default()),
            ];
            return Ok(Ok(Success { value: token.token.expose().to_owned(), fields, ..Success::default() }));
        }
        if step.explain {
            let candidates = credential.explain().into_iter().map(|it| ExplainedCandidate {
                credential: it.credential.to_owned(),
                readiness: wit_name(format!("{:?}", it.readiness)),
                message: it.message,
                hint: it.hint.map(|hint| hint.text).unwrap_or_default(),
                variables: it.variables.into_iter().map(str::to_owned).collect(),
                details: it.details.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            });
            return Ok(Ok(Success { candidates: candidates.collect(), ..Success::default() }));
        }
        if self.client.is_none() || self.vault != vault {
            self.client = None;
            let mut options = ClientOptions::default();
            if let Some(verify) = case.client.verify_challenge_resource {
                options.verify_challenge_resource = verify;
            }
            options.api_version.clone_from(&case.client.api_version);
            options.cache.ttl = case.client.cache_ttl;
            options.cache.stale_if_error = case.client.cache_stale_if_error;
            if let Some(limits) = case.client.cache_limits {
                (options.cache.secrets, options.cache.bytes) = limits;
            }
            self.client = Some(Rc::new(SecretClient::open(vault, credential, options)?));
            vault.clone_into(&mut self.vault);
        }
        let client = Rc::clone(self.client.as_ref().unwrap());
        if let Some(size) = step.list_secrets {
            let options = ListOptions { max_page_size: Some(size).filter(|size| *size > 0), timeout };
            return pages(client.list_properties_of_secrets(&options), step).await;
        }
        if let Some(operation) = &step.operation {
            return self.run_operation(operation, step).await;
        }
        let options = GetSecretOptions {
            version: step.version.clone(),
            out_content_type: step.out_content_type.clone(),
            bypass_cache: step.bypass_cache,
            max_concurrency: step.max_concurrency,
            timeout,
        };
        if let Some(names) = &step.get_secrets {
            let outcomes = client.get_secrets(names, &options).await.into_iter();
            let outcomes = outcomes
                .map(|outcome| outcome.map(|secret| self.success(secret)).map_err(|error| Box::new(failure(*error))));
            return Ok(Ok(Success { outcomes: outcomes.collect(), ..Success::default() }));
        }
        let name = step.get_secret.as_deref().expect("get-secret, get-token or set-token");
        Ok(Ok(self.success(client.get_secret(name, &options).await?)))
    }

    fn success(&self, secret: Secret) -> Success {
        self.platform.record_debug(&secret);
        let mut fields = fields(secret.properties);
        fields.extend([("credential", secret.credential.to_owned()), ("source", secret.source.to_owned())]);
        if let Some(CacheInfo { age, error }) = secret.cache {
            let cache = if error.is_some() { "stale" } else { "fresh" };
            fields.extend([("cache", cache.to_owned()), ("cache-age", age.to_string())]);
            fields.extend(error.map(|error| ("cache-error", error)));
        }
        Success { value: secret.value.expose().to_owned(), fields, ..Success::default() }
    }
}

/// Reads the pages of a list, at most as many as the step says.
async fn pages(list: SecretList, step: &Step) -> keyfob_component::Result<Result<Success, Box<Failure>>> {
    let mut got = Success::default();
    while step.most_pages.is_none_or(|most| got.pages.len() < most) {
        let Some(page) = list.next().await? else { break };
        got.pages.push(page.iter().map(|secret| secret.name.clone()).collect());
        got.listed.extend(page.into_iter().map(fields));
    }
    Ok(Ok(got))
}

impl NativePlayer {
    async fn run_operation(
        &mut self,
        operation: &Operation,
        step: &Step,
    ) -> keyfob_component::Result<Result<Success, Box<Failure>>> {
        let client = self.client.as_ref().unwrap();
        let timeout = step.timeout_ms;
        let size = |size: u32| ListOptions { max_page_size: Some(size).filter(|size| *size > 0), timeout };
        let properties = match operation {
            Operation::Set { name, value, options } => {
                client.set_secret(name, step.value(value).into(), &set_options(options, timeout)).await?
            }
            Operation::Update { name, options } => {
                client.update_secret_properties(name, &set_options(options, timeout)).await?
            }
            Operation::ListVersions { name, size: items } => {
                return pages(client.list_properties_of_secret_versions(name, &size(*items)), step).await;
            }
            Operation::ListDeleted { size: items } => {
                return pages(client.list_deleted_secrets(&size(*items)), step).await;
            }
            Operation::GetDeleted(name) => client.get_deleted_secret(name, timeout).await?,
            Operation::Purge(name) => {
                client.purge_deleted_secret(name, timeout).await?;
                return Ok(Ok(Success::default()));
            }
            Operation::Delete(name) => {
                let change = client.begin_delete_secret(name, timeout).await?;
                change.wait(timeout).await?;
                change.properties().clone()
            }
            Operation::Recover(name) => {
                let change = client.begin_recover_deleted_secret(name, timeout).await?;
                change.wait(timeout).await?;
                change.properties().clone()
            }
            Operation::Backup(name) => {
                self.backup = client.backup_secret(name, timeout).await?;
                return Ok(Ok(Success::default()));
            }
            Operation::Restore => client.restore_secret_backup(&self.backup, timeout).await?,
        };
        Ok(Ok(Success { fields: fields(properties), ..Success::default() }))
    }
}

fn set_options(options: &case::SetOptions, timeout: Option<u64>) -> SetOptions {
    let case::SetOptions { content_type, enabled, not_before, expires_on, tags, version } = options.clone();
    SetOptions { content_type, enabled, not_before, expires_on, tags, version, timeout }
}

fn credential_of(platform: &Rc<ScriptedPlatform>, spec: &Spec) -> Credential {
    let managed_identity = match (&spec.client_id, &spec.object_id, &spec.resource_id) {
        _ if spec.kind.is_client() => ManagedIdentityId::FromEnvironment,
        (Some(id), ..) => ManagedIdentityId::ClientId(id.clone()),
        (_, Some(id), _) => ManagedIdentityId::ObjectId(id.clone()),
        (.., Some(id)) => ManagedIdentityId::ResourceId(id.clone()),
        _ if spec.system_assigned => ManagedIdentityId::SystemAssigned,
        _ => ManagedIdentityId::FromEnvironment,
    };
    let options = CredentialOptions {
        managed_identity,
        workload_identity_client_id: spec.workload_identity_client_id.clone(),
        tenant_id: spec.tenant_id.clone().filter(|_| !spec.kind.is_client()),
        token_file_path: spec.token_file_path.clone(),
        exclude: spec.exclude.clone(),
        authority_host: spec.authority_host.clone(),
        disable_instance_discovery: spec.disable_instance_discovery.unwrap_or_default(),
        imds_connect_timeout: spec.imds_connect_timeout_ms,
        additionally_allowed_tenants: spec.additionally_allowed_tenants.clone(),
        require_token_credentials: spec.require_token_credentials.unwrap_or_default(),
        send_certificate_chain: spec.send_certificate_chain.unwrap_or_default(),
    };
    let text = |option: &Option<String>| option.clone().unwrap_or_default();
    let client = |authentication| CredentialKind::Client {
        tenant_id: text(&spec.tenant_id),
        client_id: text(&spec.client_id),
        authentication,
    };
    let kind = match spec.kind {
        Kind::DefaultAzure => CredentialKind::DefaultAzure,
        Kind::Environment => CredentialKind::Environment,
        Kind::WorkloadIdentity => CredentialKind::WorkloadIdentity,
        Kind::ManagedIdentity => CredentialKind::ManagedIdentity,
        Kind::ClientSecret => client(ClientAuthentication::Secret(text(&spec.client_secret).into())),
        Kind::ClientAssertion => client(ClientAuthentication::Assertion(text(&spec.assertion).into())),
        Kind::ClientCertificate => {
            let source = match &spec.certificate {
                Some(name) => CertificateSource::Bytes(certificate(name).into()),
                None => CertificateSource::Path(text(&spec.certificate_path)),
            };
            client(ClientAuthentication::Certificate(source, spec.certificate_password.as_deref().map(Into::into)))
        }
        Kind::Chained => CredentialKind::Chained(spec.links.iter().map(|link| credential_of(platform, link)).collect()),
        Kind::StaticToken => CredentialKind::StaticToken {
            token: text(&spec.token).into(),
            expires_on: spec.expires_on.unwrap_or_default(),
            scope: spec.scope.clone(),
        },
    };
    Credential::new(platform.clone(), kind, &options)
}

fn fields(properties: SecretProperties) -> Vec<(&'static str, String)> {
    let deletion = deletion_fields!(properties);
    let mut fields = property_fields!(properties);
    fields.extend(deletion);
    fields
}

/// The WIT name of an enum case, from its `Debug`.
fn wit_name(debug: String) -> String {
    debug.chars().fold(String::new(), |mut name, c| {
        if c.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(c.to_lowercase());
        name
    })
}

fn failure(error: keyfob_component::Error) -> Failure {
    Failure {
        kind: wit_name(format!("{:?}", error.kind)),
        message: error.message,
        hint: error.hint.map(|hint| hint.text).unwrap_or_default(),
        attempts: error
            .attempts
            .into_iter()
            .map(|attempt| (attempt.credential.to_owned(), wit_name(format!("{:?}", attempt.outcome)), attempt.message))
            .collect(),
        status: error.status,
        code: error.code,
        retry_after: error.retry_after,
        details: error.details.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}
