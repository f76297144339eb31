//! A command that prints its configuration from wasi:config.

wit_bindgen::generate!({
    inline: "package test:settings; world settings { import wasi:config/store@0.2.0-rc.1; }",
    path: "../../../config/wit/deps/wasi-config-0.2.0-rc.1.wit",
    generate_all,
});

use wasi::config::store::{Error, get, get_all};

fn main() {
    let keys: Vec<String> = std::env::args().skip(1).collect();
    if keys.is_empty() {
        match get_all() {
            Ok(all) => all.iter().for_each(|(key, value)| println!("{key}={value}")),
            Err(error) => failed(error),
        }
    }
    for key in keys {
        match get(&key) {
            Ok(Some(value)) => println!("{key}={value}"),
            Ok(None) => println!("{key} is not set"),
            Err(error) => failed(error),
        }
    }
}

fn failed(error: Error) {
    match error {
        Error::Upstream(text) => println!("upstream: {text}"),
        Error::Io(text) => println!("io: {text}"),
    }
}
