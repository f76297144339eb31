use std::time::{Duration, SystemTime};

use keyfob::p3::{
    CallOptions, DefaultAzureCredential, Error, ErrorKind, GetSecretOptions, SecretClient, SetSecretOptions,
};

async fn manage() -> Result<(), Error> {
    let client = SecretClient::from_env()?;
    let expires_on = SystemTime::UNIX_EPOCH + Duration::from_secs(4_102_444_800);

    let options = SetSecretOptions::new().expires_on(expires_on).tags([("team", "payments")]);
    let first = client.set_secret_with("api-key", "the first value", &options).await?;
    client.set_secret("api-key", "the second value").await?;
    let version = GetSecretOptions::new().version(first.version.as_deref().unwrap_or_default());
    let old = client.get_secret_with("api-key", &version).await?;
    println!("the first version has {} characters and the tags {:?}", old.expose().len(), old.properties.tags);

    // Each name has its own result. Several calls may also wait at once.
    for result in client.get_secrets(["api-key", "secret-b"]).await {
        match result {
            Ok(secret) => println!("{}: {} characters", secret.properties.name, secret.expose().len()),
            Err(error) if error.kind() == ErrorKind::NotFound => println!("not there"),
            Err(error) => return Err(error),
        }
    }

    // Lists are streams, which request the pages when they need them.
    client.update_secret_properties("api-key", &SetSecretOptions::new().content_type("text/plain")).await?;
    let (mut versions, mut count) = (client.list_secret_properties_versions("api-key"), 0);
    while let Some(properties) = versions.next().await {
        properties?;
        count += 1;
    }
    println!("{count} versions");
    let mut secrets = client.list_secret_properties();
    while let Some(properties) = secrets.next().await {
        let properties = properties?;
        println!("{}: {}", properties.name, properties.content_type.unwrap_or_default());
    }

    // The vault deletes and recovers in the background.
    let backup = client.backup_secret("api-key").await?;
    client.begin_delete_secret("api-key").await?.wait().await?;
    let recovery = client.begin_recover_deleted_secret("api-key").await?;
    recovery.wait_with(&CallOptions::new().timeout(Duration::from_secs(60))).await?;
    client.begin_delete_secret("api-key").await?.wait().await?;
    let mut deleted = client.list_deleted_secret_properties();
    while let Some(secret) = deleted.next().await {
        println!("deleted: {}", client.get_deleted_secret(&secret?.properties.name).await?.properties.name);
    }
    client.purge_deleted_secret("api-key").await?;

    // A backup brings all versions back. A credential may be shared between clients.
    let other = SecretClient::new(&client.vault_url(), DefaultAzureCredential::new())?;
    println!("restored {}", other.restore_secret_backup(&backup).await?.name);
    Ok(())
}

struct Command;

impl wasip3::exports::cli::run::Guest for Command {
    async fn run() -> Result<(), ()> {
        manage().await.map_err(|error| eprintln!("Error: {error}"))
    }
}

wasip3::cli::command::export!(Command);
