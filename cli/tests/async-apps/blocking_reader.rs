//! A command of WASI 0.3 that uses Keyfob for WASI 0.2: its calls block.

use keyfob::azure::simple::fetch_secret;
use wasip3::cli::environment::get_arguments;

wit_bindgen::generate!({ path: "../../../wit", world: "imports" });

wasip3::cli::command::export!(Reader);

struct Reader;

impl wasip3::exports::cli::run::Guest for Reader {
    async fn run() -> Result<(), ()> {
        let vault = &get_arguments()[1];
        println!("{} characters", fetch_secret(vault, "secret-a").map_err(|_| ())?.len());
        Ok(())
    }
}
