//! A command for tests that uses Keyfob and looks for what Keyfob was granted. Each argument is one thing that it does.

use keyfob::{fetch_secret, fetch_token};
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{Fields, OutgoingRequest, Scheme};

fn main() {
    for word in std::env::args().skip(1) {
        match word.split_once('=').unwrap_or((&word, "")) {
            ("environment", _) => {
                let mut variables: Vec<_> = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
                variables.sort();
                println!("environment {variables:?}");
            }
            ("preopens", _) => {
                let folders = wasip2::filesystem::preopens::get_directories();
                let mut paths: Vec<_> = folders.iter().map(|(_, path)| path.as_str()).collect();
                paths.sort();
                println!("preopens {paths:?}");
            }
            ("read", path) => match std::fs::read_to_string(path) {
                Ok(text) => println!("read {} characters", text.len()),
                Err(_) => println!("read nothing"),
            },
            ("get", url) => println!("get {}", get(url)),
            ("secret", vault) => match fetch_secret(vault, "secret-a") {
                Ok(value) => println!("secret {} characters", value.expose().len()),
                Err(error) => println!("secret ErrorKind::{:?}: {}", error.kind(), error.message()),
            },
            ("token", scope) => match fetch_token(scope) {
                Ok(token) => println!("token by {}", token.credential),
                Err(error) => println!("token ErrorKind::{:?}: {}", error.kind(), error.message()),
            },
            _ => panic!("{word}"),
        }
    }
}

/// The status of a request, or the error code.
fn get(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&if scheme == "https" { Scheme::Https } else { Scheme::Http })).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some(&format!("/{path}"))).unwrap();
    match handle(request, None) {
        Err(code) => code.to_string(),
        Ok(response) => {
            response.subscribe().block();
            match response.get().unwrap().unwrap() {
                Ok(response) => response.status().to_string(),
                Err(code) => code.to_string(),
            }
        }
    }
}
