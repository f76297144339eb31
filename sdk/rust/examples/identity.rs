use std::time::Duration;

use keyfob::{DefaultAzureCredential, ManagedIdentityId, TokenOptions};

fn main() -> Result<(), keyfob::Error> {
    let id = "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08".to_owned();
    let credential = DefaultAzureCredential::builder()
        .managed_identity(ManagedIdentityId::ClientId(id))
        .exclude_credential("EnvironmentCredential")
        .build();

    // What would be tried, in this order; nothing is sent.
    for candidate in credential.explain() {
        println!("{}: {:?}", candidate.credential, candidate.readiness);
    }

    let options = TokenOptions::new().timeout(Duration::from_secs(10));
    let token = credential.get_token_with(&["https://vault.azure.net/.default"], &options)?;
    println!("{} of {}, shown as {:?}", token.credential, token.source, token.token);
    Ok(())
}
