//! A command of WASI 0.2 that calls the async functions of Keyfob for WASI 0.3, which can't work.

wit_bindgen::generate!({ path: "../../../wit-0.2", world: "imports" });

use keyfob::azure::simple::fetch_token;

fn main() {
    let token = wit_bindgen::block_on(fetch_token("https://vault.azure.net/.default".to_owned()));
    println!("{}", token.is_ok());
}
