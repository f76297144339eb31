//! Plays a case with the built component in wasmtime.

use std::time::Duration;

use keyfob_host_test::names::{kind_name, outcome_name, readiness_name};
use keyfob_host_test::spec::{ClientCertificate, ManagedIdentity};
use keyfob_host_test::{
    Build, CallError, ClientOptions, Credential as Handle, CredentialKind, CredentialOptions, CredentialSpec,
    DeletedSecret, DeletedSecretList, GetSecretOptions, Handle as AnyHandle, Host, Instance, Keyfob, ListOptions,
    Secret, SecretClient, SecretList, SecretProperties, SetSecretOptions, TokenOptions,
};

use crate::case::{self, Case, Credential, Kind, Operation, Step, certificate};
use crate::player::{ExplainedCandidate, Failure, Success, deletion_fields, property_fields};
use crate::world::World;

pub struct WasmPlayer {
    instance: Instance,
    /// The files. Dropping it deletes them, so it is kept as long as the instance.
    _root: tempfile::TempDir,
    credential: Option<Handle>,
    client: Option<SecretClient>,
    /// The URL of the client's vault.
    vault: String,
    backup: Vec<u8>,
}

impl WasmPlayer {
    pub async fn new(world: World, build: Build) -> Self {
        let mut host = Host::new(&Keyfob::inspectable(build).unwrap())
            .envs(world.env)
            .egress(world.egress)
            .clock(world.clock)
            .wall_clock(world.wall)
            .random_seed(1)
            .max_memory(world.max_memory);
        for folder in world.folders {
            host = host.preopened_dir(world.root.path().join(folder.trim_start_matches('/')), folder);
        }
        Self {
            instance: host.instantiate().await.unwrap(),
            _root: world.root,
            credential: None,
            client: None,
            vault: String::new(),
            backup: Vec::new(),
        }
    }

    pub fn log(&self) -> String {
        self.instance.captured_output()
    }

    pub async fn end(mut self, case: &Case) -> Vec<u8> {
        if case.kept_in_memory.is_some() {
            return self.instance.into_memory().await.unwrap();
        }
        if let Some(client) = self.client {
            self.instance.drop_handle(client).await.unwrap();
        }
        if let Some(credential) = self.credential {
            self.instance.drop_handle(credential).await.unwrap();
        }
        self.instance.into_memory().await.unwrap()
    }

    pub async fn step(&mut self, case: &Case, vault: &str, step: &Step) -> Result<Success, Failure> {
        self.call(case, vault, step).await.map_err(|error| match error {
            CallError::Azure(error) => failure(*error),
            CallError::Trap(_) => panic!("{error}"),
        })
    }

    async fn call(&mut self, case: &Case, vault: &str, step: &Step) -> Result<Success, CallError> {
        let credential = match self.credential {
            Some(credential) => credential,
            None => self.instance.create_credential(&credential_spec(&case.credential)).await?,
        };
        self.credential = Some(credential);
        if let Some(token) = &step.set_token {
            let expires_on = case.credential.expires_on.unwrap_or_default() * 2;
            self.instance.set_token(credential, token, expires_on, case.credential.scope.as_deref()).await?;
            return Ok(Success::default());
        }
        if let Some(assertion) = &step.set_assertion {
            self.instance.set_assertion(credential, assertion).await?;
            return Ok(Success::default());
        }
        if let Some(scopes) = &step.get_token {
            let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
            let options = TokenOptions {
                timeout: step.timeout(),
                tenant_id: step.tenant_id.clone(),
                claims: step.claims.clone(),
                enable_cae: step.enable_cae,
            };
            let token = self.instance.get_token(credential, &scopes, &options).await?;
            let fields = vec![
                ("credential", token.credential),
                ("source", token.source),
                ("expires-on", token.expires_on.to_string()),
                ("refresh-on", token.refresh_on.map(|at| at.to_string()).unwrap_or_default()),
            ];
            return Ok(Success { value: token.token, fields, ..Success::default() });
        }
        if step.explain {
            let candidates = self.instance.explain(credential).await?;
            let candidates = candidates.into_iter().map(|it| ExplainedCandidate {
                credential: it.credential,
                readiness: readiness_name(it.readiness).to_owned(),
                message: it.message,
                hint: it.hint.unwrap_or_default(),
                variables: it.variables,
                details: it.details,
            });
            return Ok(Success { candidates: candidates.collect(), ..Success::default() });
        }
        let client = match self.client.filter(|_| self.vault == vault) {
            Some(client) => client,
            None => {
                if let Some(other) = self.client.take() {
                    self.instance.drop_handle(other).await?;
                }
                let options = ClientOptions {
                    verify_challenge_resource: case.client.verify_challenge_resource,
                    api_version: case.client.api_version.clone(),
                    cache_ttl: case.client.cache_ttl.map(Duration::from_secs),
                    cache_limits: case.client.cache_limits,
                    cache_stale_if_error: case.client.cache_stale_if_error.map(Duration::from_secs),
                };
                self.instance.create_client(vault, credential, &options).await?
            }
        };
        self.client = Some(client);
        vault.clone_into(&mut self.vault);
        if let Some(size) = step.list_secrets {
            let options = ListOptions { max_page_size: Some(size).filter(|size| *size > 0), timeout: step.timeout() };
            let list = self.instance.list_secrets(client, &options).await?;
            return self.pages(list, step).await;
        }
        if let Some(operation) = &step.operation {
            return self.run_operation(client, operation, step).await;
        }
        let options = GetSecretOptions {
            version: step.version.clone(),
            out_content_type: step.out_content_type.clone(),
            bypass_cache: step.bypass_cache,
            max_concurrency: step.max_concurrency,
            timeout: step.timeout(),
        };
        if let Some(names) = &step.get_secrets {
            let outcomes = self.instance.get_secrets(client, names, &options).await?.into_iter();
            let outcomes = outcomes.map(|outcome| outcome.map(success).map_err(|error| Box::new(failure(error))));
            return Ok(Success { outcomes: outcomes.collect(), ..Success::default() });
        }
        let name = step.get_secret.as_deref().expect("get-secret, get-token or set-token");
        Ok(success(self.instance.get_secret(client, name, &options).await?))
    }
}

fn success(secret: Secret) -> Success {
    let mut fields = fields(secret.properties);
    fields.extend([("credential", secret.credential), ("source", secret.source)]);
    if let Some(cache) = secret.cache {
        assert_eq!(cache.stale, cache.error.is_some());
        let state = if cache.stale { "stale" } else { "fresh" };
        fields.extend([("cache", state.to_owned()), ("cache-age", cache.age.to_string())]);
        fields.extend(cache.error.map(|error| ("cache-error", error)));
    }
    Success { value: secret.value, fields, ..Success::default() }
}

/// A list of secrets or of deleted ones.
trait List: Copy + Into<AnyHandle> {
    /// The next page: of each secret the name and the fields.
    async fn next(self, instance: &mut Instance) -> Result<Option<Vec<(String, Fields)>>, CallError>;
}

impl List for SecretList {
    async fn next(self, instance: &mut Instance) -> Result<Option<Vec<(String, Fields)>>, CallError> {
        let page = instance.next_page(self).await?;
        Ok(page.map(|page| page.into_iter().map(|secret| (secret.name.clone(), fields(secret))).collect()))
    }
}

impl List for DeletedSecretList {
    async fn next(self, instance: &mut Instance) -> Result<Option<Vec<(String, Fields)>>, CallError> {
        let page = instance.next_deleted_page(self).await?;
        let item = |secret: DeletedSecret| (secret.properties.name.clone(), deleted_fields(secret));
        Ok(page.map(|page| page.into_iter().map(item).collect()))
    }
}

type Fields = Vec<(&'static str, String)>;

fn fields(properties: SecretProperties) -> Fields {
    deleted_fields(DeletedSecret { properties, deleted_on: None, scheduled_purge_on: None, recovery_id: None })
}

fn deleted_fields(secret: DeletedSecret) -> Fields {
    assert_eq!(secret.properties.details, []);
    let deletion = deletion_fields!(secret);
    let mut fields = property_fields!(secret.properties);
    fields.extend(deletion);
    fields
}

impl WasmPlayer {
    /// Reads the pages of a list, at most as many as the step says.
    async fn pages(&mut self, list: impl List, step: &Step) -> Result<Success, CallError> {
        let mut got = Success::default();
        let mut end = Ok(());
        while end.is_ok() && step.most_pages.is_none_or(|most| got.pages.len() < most) {
            match list.next(&mut self.instance).await {
                Ok(Some(page)) => {
                    got.pages.push(page.iter().map(|(name, _)| name.clone()).collect());
                    got.listed.extend(page.into_iter().map(|(_, fields)| fields));
                }
                Ok(None) => break,
                Err(error) => end = Err(error),
            }
        }
        self.instance.drop_handle(list).await?;
        end.map(|()| got)
    }

    async fn run_operation(
        &mut self,
        client: SecretClient,
        operation: &Operation,
        step: &Step,
    ) -> Result<Success, CallError> {
        let app = &mut self.instance;
        let timeout = step.timeout();
        let size = |size: u32| ListOptions { max_page_size: Some(size).filter(|size| *size > 0), timeout };
        let properties = match operation {
            Operation::Set { name, value, options } => {
                app.set_secret(client, name, &step.value(value), &set_options(options, timeout)).await?
            }
            Operation::Update { name, options } => {
                app.update_secret_properties(client, name, &set_options(options, timeout)).await?
            }
            Operation::ListVersions { name, size: items } => {
                let list = app.list_secret_versions(client, name, &size(*items)).await?;
                return self.pages(list, step).await;
            }
            Operation::ListDeleted { size: items } => {
                let list = app.list_deleted_secrets(client, &size(*items)).await?;
                return self.pages(list, step).await;
            }
            Operation::GetDeleted(name) => {
                let deleted = app.get_deleted_secret(client, name, timeout).await?;
                return Ok(Success { fields: deleted_fields(deleted), ..Success::default() });
            }
            Operation::Purge(name) => {
                app.purge_deleted_secret(client, name, timeout).await?;
                return Ok(Success::default());
            }
            Operation::Delete(name) => {
                let poller = app.begin_delete_secret(client, name, timeout).await?;
                let deleted = app.deleted_secret(poller).await?;
                let done = app.wait_deleted(poller, timeout).await;
                app.drop_handle(poller).await?;
                done?;
                return Ok(Success { fields: deleted_fields(deleted), ..Success::default() });
            }
            Operation::Recover(name) => {
                let poller = app.begin_recover_deleted_secret(client, name, timeout).await?;
                let properties = app.recovered_properties(poller).await?;
                let done = app.wait_recovered(poller, timeout).await;
                app.drop_handle(poller).await?;
                done?;
                properties
            }
            Operation::Backup(name) => {
                self.backup = app.backup_secret(client, name, timeout).await?;
                return Ok(Success::default());
            }
            Operation::Restore => app.restore_secret_backup(client, &self.backup, timeout).await?,
        };
        Ok(Success { fields: fields(properties), ..Success::default() })
    }
}

fn set_options(options: &case::SetOptions, timeout: Option<Duration>) -> SetSecretOptions {
    let case::SetOptions { content_type, enabled, not_before, expires_on, tags, version } = options.clone();
    SetSecretOptions { content_type, enabled, not_before, expires_on, tags, version, timeout }
}

fn credential_spec(credential: &Credential) -> CredentialSpec {
    let text = |option: &Option<String>| option.clone().unwrap_or_default();
    let kind = match credential.kind {
        Kind::DefaultAzure => CredentialKind::Default,
        Kind::Environment => CredentialKind::Environment,
        Kind::WorkloadIdentity => CredentialKind::WorkloadIdentity,
        Kind::ManagedIdentity => CredentialKind::ManagedIdentity,
        Kind::ClientSecret => CredentialKind::ClientSecret {
            tenant_id: text(&credential.tenant_id),
            client_id: text(&credential.client_id),
            client_secret: text(&credential.client_secret),
        },
        Kind::ClientAssertion => CredentialKind::ClientAssertion {
            tenant_id: text(&credential.tenant_id),
            client_id: text(&credential.client_id),
            assertion: text(&credential.assertion),
        },
        Kind::ClientCertificate => CredentialKind::ClientCertificate {
            tenant_id: text(&credential.tenant_id),
            client_id: text(&credential.client_id),
            certificate: match &credential.certificate {
                Some(name) => ClientCertificate::Bytes(certificate(name)),
                None => ClientCertificate::Path(text(&credential.certificate_path)),
            },
            password: credential.certificate_password.clone(),
        },
        Kind::Chained => CredentialKind::Chained(credential.links.iter().map(credential_spec).collect()),
        Kind::StaticToken => CredentialKind::Static {
            token: text(&credential.token),
            expires_on: credential.expires_on.unwrap_or_default(),
            scope: credential.scope.clone(),
        },
    };
    let managed_identity = match (&credential.client_id, &credential.object_id, &credential.resource_id) {
        _ if credential.kind.is_client() => None,
        (Some(id), ..) => Some(ManagedIdentity::ClientId(id.clone())),
        (_, Some(id), _) => Some(ManagedIdentity::ObjectId(id.clone())),
        (.., Some(id)) => Some(ManagedIdentity::ResourceId(id.clone())),
        _ => credential.system_assigned.then_some(ManagedIdentity::SystemAssigned),
    };
    let options = CredentialOptions {
        managed_identity,
        workload_identity_client_id: credential.workload_identity_client_id.clone(),
        tenant_id: credential.tenant_id.clone().filter(|_| !credential.kind.is_client()),
        token_file_path: credential.token_file_path.clone(),
        exclude: credential.exclude.clone(),
        authority_host: credential.authority_host.clone(),
        disable_instance_discovery: credential.disable_instance_discovery,
        imds_connect_timeout: credential.imds_connect_timeout_ms.map(Duration::from_millis),
        additionally_allowed_tenants: credential.additionally_allowed_tenants.clone(),
        require_token_credentials: credential.require_token_credentials,
        send_certificate_chain: credential.send_certificate_chain,
    };
    CredentialSpec { kind, options }
}

fn failure(error: keyfob_host_test::AzureError) -> Failure {
    Failure {
        kind: kind_name(error.kind).to_owned(),
        message: error.message,
        hint: error.hint.unwrap_or_default(),
        attempts: error
            .attempts
            .into_iter()
            .map(|attempt| (attempt.credential, outcome_name(attempt.outcome).to_owned(), attempt.message))
            .collect(),
        status: error.status,
        code: error.code,
        retry_after: error.retry_after,
        details: error.details,
    }
}
