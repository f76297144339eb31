use std::time::Duration;

use keyfob::{DefaultAzureCredential, ErrorKind, SecretClient};

fn main() -> Result<(), keyfob::Error> {
    let client = SecretClient::builder("https://my-vault.vault.azure.net", DefaultAzureCredential::new())
        .cache_ttl(Duration::from_secs(300))
        .build()?;

    // Read concurrently; each name has its own result.
    for (name, result) in ["secret-a", "secret-b"].into_iter().zip(client.get_secrets(["secret-a", "secret-b"])) {
        match result {
            Ok(secret) => println!("{name}: {} characters", secret.expose().len()),
            Err(error) if error.kind() == ErrorKind::NotFound => println!("{name}: not there"),
            Err(error) => return Err(error),
        }
    }

    let again = client.get_secret("secret-a")?;
    println!("from the cache: {}, shown as {:?}", again.cache.is_some(), again.value);
    Ok(())
}
