wit_bindgen::generate!({ path: "../../wit", world: "imports" });

use keyfob::azure::identity::Credential;
use keyfob::azure::secrets::SecretClient;
use keyfob::azure::types::AzureError;

fn secret(vault_url: &str, name: &str) -> Result<String, AzureError> {
    let credential = Credential::default_azure(None);
    let client = SecretClient::create(vault_url, &credential, None)?;
    Ok(client.get_secret(name, None)?.value)
}

/// The cause, what was tried, and what to change. Credentials of which the same is to be said share a line.
fn report(error: &AzureError) -> String {
    let mut text = format!("{}\n", error.message);
    for tried in error.attempts.chunk_by(|one, next| one.message == next.message) {
        let names: Vec<&str> = tried.iter().map(|attempt| attempt.credential.as_str()).collect();
        text += &format!("\n  {:26}  {}", names.join(", "), tried[0].message);
    }
    text + "\n\nFix:\n  " + &error.hint.as_deref().unwrap_or("none known").replace('\n', "\n  ")
}

fn main() {
    match secret("https://my-vault.vault.azure.net", "secret-a") {
        Ok(value) => println!("{} characters", value.len()),
        Err(error) => eprintln!("{}", report(&error)),
    }
}
