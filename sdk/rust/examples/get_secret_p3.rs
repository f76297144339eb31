use keyfob::p3::{DefaultAzureCredential, Error, SecretClient};

async fn characters() -> Result<usize, Error> {
    let client = SecretClient::new("https://my-vault.vault.azure.net", DefaultAzureCredential::new())?;
    Ok(client.get_secret("secret-a").await?.expose().len())
}

struct Command;

// A command of WASI 0.3 has this in the place of `main`, and is built as a `cdylib`.
impl wasip3::exports::cli::run::Guest for Command {
    async fn run() -> Result<(), ()> {
        let characters = characters().await.map_err(|error| eprintln!("Error: {error}"))?;
        println!("{characters} characters");
        Ok(())
    }
}

wasip3::cli::command::export!(Command);
