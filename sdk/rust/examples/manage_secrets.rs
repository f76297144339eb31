use std::time::{Duration, SystemTime};

use keyfob::{CallOptions, DefaultAzureCredential, GetSecretOptions, SecretClient, SetSecretOptions};

fn main() -> Result<(), keyfob::Error> {
    let client = SecretClient::from_env()?;
    let expires_on = SystemTime::UNIX_EPOCH + Duration::from_secs(4_102_444_800);

    let options = SetSecretOptions::new().expires_on(expires_on).tags([("team", "payments")]);
    let first = client.set_secret_with("api-key", "the first value", &options)?;
    client.set_secret("api-key", "the second value")?;
    let version = GetSecretOptions::new().version(first.version.as_deref().unwrap_or_default());
    let old = client.get_secret_with("api-key", &version)?;
    println!("the first version has {} characters and the tags {:?}", old.expose().len(), old.properties.tags);

    // Lists are iterators, which request the pages when they need them.
    let versions = client.list_secret_properties_versions("api-key").collect::<Result<Vec<_>, _>>()?;
    println!("{} versions", versions.len());
    client.update_secret_properties("api-key", &SetSecretOptions::new().content_type("text/plain"))?;
    for properties in client.list_secret_properties() {
        let properties = properties?;
        println!("{}: {}", properties.name, properties.content_type.unwrap_or_default());
    }

    // The vault deletes and recovers in the background.
    let backup = client.backup_secret("api-key")?;
    client.begin_delete_secret("api-key")?.wait()?;
    client.begin_recover_deleted_secret("api-key")?.wait_with(&CallOptions::new().timeout(Duration::from_secs(60)))?;
    client.begin_delete_secret("api-key")?.wait()?;
    let deleted = client.list_deleted_secret_properties().filter_map(Result::ok).count();
    let named = client.get_deleted_secret("api-key")?.properties.name;
    client.purge_deleted_secret("api-key")?;
    println!("{deleted} deleted: {named}");

    // A backup brings all versions back. A clone is the same client, and a credential may be shared too.
    let restored =
        SecretClient::new(&client.vault_url(), DefaultAzureCredential::new())?.restore_secret_backup(&backup)?;
    println!("restored {}", restored.name);
    Ok(())
}
