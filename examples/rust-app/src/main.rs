wit_bindgen::generate!({ path: "../../wit", world: "imports" });

use keyfob::azure::identity::Credential;
use keyfob::azure::secrets::SecretClient;
use keyfob::azure::types::{AzureError, Outcome};

fn secret(vault_url: &str, name: &str) -> Result<String, AzureError> {
    let credential = Credential::default_azure(None);
    let client = SecretClient::create(vault_url, &credential, None)?;
    Ok(client.get_secret(name, None)?.value)
}

/// The cause, what was tried, and what to change.
fn report(error: &AzureError) -> String {
    let mut text = format!("{}\n", error.message);
    for attempt in error.attempts.iter().filter(|attempt| attempt.outcome != Outcome::NotSupported) {
        text += &format!("\n  {:26}  {}", attempt.credential, attempt.message);
    }
    text + "\n\nFix:\n  " + &error.hint.as_deref().unwrap_or("none known").replace('\n', "\n  ")
}

fn main() {
    match secret("https://my-vault.vault.azure.net", "secret-a") {
        Ok(value) => println!("{} characters", value.len()),
        Err(error) => eprintln!("{}", report(&error)),
    }
}
