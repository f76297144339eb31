wit_bindgen::generate!({ path: "../../wit", world: "imports" });

use keyfob::azure::identity::Credential;
use keyfob::azure::secrets::SecretClient;
use keyfob::azure::types::AzureError;

fn secret(vault_url: &str, name: &str) -> Result<String, AzureError> {
    let credential = Credential::default_azure(None);
    let client = SecretClient::create(vault_url, &credential, None)?;
    Ok(client.get_secret(name, None)?.value)
}

fn main() {
    match secret("https://my-vault.vault.azure.net", "secret-a") {
        Ok(value) => println!("{} characters", value.len()),
        Err(error) => eprintln!("{}\n\nhint: {}", error.message, error.hint.unwrap_or_default()),
    }
}
