//! Answers each request with the number of characters of the secret `secret-a`.

use std::sync::LazyLock;
use std::time::Duration;

use keyfob::p3::{DefaultAzureCredential, ErrorKind, Result, SecretClient};
use spin_sdk::http::{IntoResponse, Request, StatusCode};
use spin_sdk::http_service;

/// An instance answers many requests, several of them at once: they share the client with its token and its cache.
static CLIENT: LazyLock<Result<SecretClient>> = LazyLock::new(|| {
    let vault_url = std::env::var("KEYVAULT_URL").unwrap_or_default();
    SecretClient::builder(&vault_url, DefaultAzureCredential::new()).cache_ttl(Duration::from_secs(300)).build()
});

#[http_service]
async fn handle(_request: Request) -> impl IntoResponse {
    match characters().await {
        Ok(characters) => (StatusCode::OK, format!("{characters} characters\n")),
        Err(error) => {
            // What is wrong with the deployment is for its operator, and not for who asks.
            eprintln!("{error}");
            let status = match error.kind() {
                ErrorKind::Throttled | ErrorKind::TimedOut | ErrorKind::Transport => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            };
            (status, "the secret can't be read now\n".to_owned())
        }
    }
}

/// Other requests go on while this one waits for Azure.
async fn characters() -> Result<usize> {
    let client = CLIENT.as_ref().map_err(Clone::clone)?;
    Ok(client.get_secret("secret-a").await?.expose().len())
}
