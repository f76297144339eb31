#![allow(clippy::unwrap_used)]

use super::*;

fn attempt(credential: &str, outcome: Outcome, message: &str) -> Attempt {
    Attempt { credential: credential.to_owned(), outcome, message: message.to_owned() }
}

fn error(attempts: Vec<Attempt>, hint: Option<&str>) -> Error {
    Error(Box::new(Parts {
        kind: ErrorKind::CredentialUnavailable,
        message: "DefaultAzureCredential: no identity was found.".to_owned(),
        hint: hint.map(str::to_owned),
        attempts,
        status: None,
        code: None,
        retry_after: None,
        details: Vec::new(),
    }))
}

#[test]
fn the_text_is_cause_attempts_and_fix() {
    let attempts = vec![
        attempt("EnvironmentCredential", Outcome::Unavailable, "not set: AZURE_TENANT_ID"),
        attempt("ManagedIdentityCredential", Outcome::Failed, "App Service answered 400"),
        attempt("AzureCliCredential", Outcome::NotSupported, "not in a component"),
        attempt("BrokerCredential", Outcome::NotSupported, "not in a component"),
    ];
    let error = error(attempts, Some("Set AZURE_CLIENT_ID,\nor in code: x"));
    let text = "DefaultAzureCredential: no identity was found.\n\
                \n\
                Attempted credentials:\n  \
                EnvironmentCredential      not set: AZURE_TENANT_ID\n  \
                ManagedIdentityCredential  App Service answered 400\n  \
                (AzureCli, Broker: not in a component; on a laptop: keyfob dev-identity)\n\
                \n\
                Fix:\n  Set AZURE_CLIENT_ID,\n  or in code: x";
    assert_eq!(error.to_string(), text);
    // `fn main() -> Result<(), keyfob::Error>` prints this.
    assert_eq!(format!("Error: {error:?}"), format!("Error: {text}"));
    assert_eq!(format!("{error:#?}"), text);
}

#[test]
fn empty_parts_are_left_out() {
    assert_eq!(error(Vec::new(), None).to_string(), "DefaultAzureCredential: no identity was found.");
    // What is not supported for a reason of its own keeps it, and so does all there is.
    let cli = || attempt("AzureCliCredential", Outcome::NotSupported, "no processes");
    let fabric = attempt("ManagedIdentityCredential", Outcome::NotSupported, "Service Fabric");
    let text = error(vec![cli(), fabric], None).to_string();
    assert!(
        text.contains(":\n  ManagedIdentityCredential  Service Fabric\n  (AzureCli: not in a component;"),
        "{text}"
    );
    assert!(error(vec![cli()], None).to_string().ends_with(":\n  AzureCliCredential  no processes"));
}

#[test]
fn the_request_id_is_the_vaults_or_entras() {
    let mut error = error(Vec::new(), None);
    assert_eq!((error.request_id(), error.details().count()), (None, 0));
    error.0.details = vec![("correlation_id".to_owned(), "c".to_owned()), ("source".to_owned(), "IMDS".to_owned())];
    assert_eq!((error.request_id(), error.detail("source"), error.detail("other")), (Some("c"), Some("IMDS"), None));
    error.0.details.push(("x-ms-request-id".to_owned(), "r".to_owned()));
    assert_eq!(error.request_id(), Some("r"));
}

#[test]
fn it_is_an_error_of_other_programs() {
    fn other() -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Err(error(Vec::new(), None))?
    }
    assert_eq!(other().unwrap_err().to_string(), "DefaultAzureCredential: no identity was found.");
}
