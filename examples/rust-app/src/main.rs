use keyfob::{DefaultAzureCredential, SecretClient};

fn main() -> Result<(), keyfob::Error> {
    let client = SecretClient::new("https://my-vault.vault.azure.net", DefaultAzureCredential::new())?;
    let secret = client.get_secret("secret-a")?;
    println!("{} characters", secret.expose().len());
    Ok(())
}
