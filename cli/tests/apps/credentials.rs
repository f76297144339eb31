//! A command for tests of the crate `keyfob`. Each argument is a credential, with which it reads secret-a of `KEYVAULT_URL`.
//! What the credentials need is in variables, which Keyfob ignores.

use std::time::{Duration, SystemTime};

use keyfob::{
    ChainedTokenCredential, ClientAssertionCredential, ClientCertificate, ClientCertificateCredential,
    ClientSecretCredential, Credential, DefaultAzureCredential, EnvironmentCredential, ManagedIdentityCredential,
    ManagedIdentityId, SecretClient, StaticTokenCredential, WorkloadIdentityCredential,
};

fn main() {
    for word in std::env::args().skip(1) {
        let (name, argument) = word.split_once('=').unwrap_or((&word, ""));
        let credential = credential(name, argument);
        let answer = SecretClient::from_env()
            .and_then(|client| SecretClient::new(&client.vault_url(), &credential))
            .and_then(|client| client.get_secret("secret-a"));
        match answer {
            Ok(secret) => println!("{name}: {} characters by {}", secret.expose().len(), secret.credential),
            Err(error) => println!(
                "{name}: {:?}, status {:?}, code {:?}, tried {}, with a request id: {}",
                error.kind(),
                error.status(),
                error.code(),
                error.attempts().len(),
                error.request_id().is_some(),
            ),
        }
    }
}

fn credential(name: &str, argument: &str) -> Credential {
    let (tenant, client, secret) = (variable("TEST_TENANT"), variable("TEST_CLIENT"), variable("TEST_SECRET"));
    let principal = || ClientSecretCredential::new(&tenant, &client, &secret);
    match name {
        "default" => DefaultAzureCredential::new().into(),
        "without-environment" => {
            let builder = DefaultAzureCredential::builder().exclude_credential("EnvironmentCredential");
            builder.require_token_credentials(false).imds_connect_timeout(Duration::from_millis(100)).build().into()
        }
        "environment" => EnvironmentCredential::default().into(),
        "managed" => {
            let builder = ManagedIdentityCredential::builder();
            builder.managed_identity(ManagedIdentityId::ClientId(argument.to_owned())).build().into()
        }
        "workload" => {
            let builder = WorkloadIdentityCredential::builder().workload_identity_client_id(&variable("TEST_POD"));
            builder.tenant_id(&tenant).token_file_path(argument).build().into()
        }
        "secret" => principal().into(),
        "wrong-secret" => {
            let builder = ClientSecretCredential::builder(&tenant, &client, "not the secret");
            builder.authority_host("https://login.microsoftonline.com").disable_instance_discovery(false).build().into()
        }
        "assertion" => {
            let credential = ClientAssertionCredential::new(&tenant, &variable("TEST_POD"), "a.b.c");
            credential.set_assertion(&variable("TEST_ASSERTION")).unwrap();
            credential.into()
        }
        "certificate-path" => {
            let certificate = ClientCertificate::from_path(argument);
            ClientCertificateCredential::new(&tenant, &client, certificate).into()
        }
        "certificate-bytes" => {
            let certificate = ClientCertificate::from_bytes(variable("TEST_CERTIFICATE").into_bytes());
            let builder = ClientCertificateCredential::builder(&tenant, &client, certificate).password("");
            builder.send_certificate_chain(true).additionally_allowed_tenant("*").build().into()
        }
        "chained" => ChainedTokenCredential::new([EnvironmentCredential::new().into(), principal().into()]).into(),
        "static" => {
            let scope = "https://vault.azure.net/.default";
            let token = principal().get_token(&[scope]).unwrap();
            assert!(token.expires_on > SystemTime::now());
            let credential = StaticTokenCredential::new("replaced", token.expires_on);
            credential.set_token(token.expose(), token.expires_on, Some(scope)).unwrap();
            credential.into()
        }
        _ => panic!("{name}"),
    }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}
