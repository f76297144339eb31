//! A command for tests; its first argument says what it does.

use std::io::{Read, Write};
use std::net::TcpStream;

use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{Fields, OutgoingRequest, Scheme};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[1..] {
        ["arguments", ..] => println!("{words:?}"),
        ["environment"] => {
            for (name, value) in std::env::vars() {
                println!("{name}={value}");
            }
        }
        ["stdin"] => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).unwrap();
            println!("{} bytes", text.len());
        }
        ["read", path] => answer(std::fs::read_to_string(path)),
        ["write", path] => answer(std::fs::File::create(path).and_then(|mut file| file.write_all(b"written"))),
        ["get", scheme, authority] => answer(get(scheme, authority)),
        ["connect", address] => answer(TcpStream::connect(address).map(|_| "connected")),
        ["exit"] => std::process::exit(1),
        ["trap"] => panic!("on purpose"),
        _ => panic!("{words:?}"),
    }
}

fn answer(result: Result<impl std::fmt::Debug, impl std::fmt::Display>) {
    match result {
        Ok(value) => println!("{value:?}"),
        Err(error) => println!("error: {error}"),
    }
}

/// The status of `GET /`.
fn get(scheme: &str, authority: &str) -> Result<u16, String> {
    let scheme = if scheme == "https" { Scheme::Https } else { Scheme::Http };
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&scheme)).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some("/")).unwrap();
    let response = handle(request, None).map_err(|code| code.to_string())?;
    response.subscribe().block();
    let response = response.get().unwrap().unwrap().map_err(|code| code.to_string())?;
    Ok(response.status())
}
