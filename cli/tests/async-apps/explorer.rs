//! A command of WASI 0.3 for tests that uses Keyfob, and looks for what Keyfob was granted. Each argument is one thing that it
//! does.

use std::time::Duration;

use futures_util::future::{Either, join3, select};
use wasip3::cli::exit::exit_with_code;
use wasip3::cli::{environment, stdout};
use wasip3::clocks::monotonic_clock::wait_for;
use wasip3::filesystem::preopens;
use wasip3::http::client::send;
use wasip3::http::types::{Fields, Request, Scheme};
use wasip3::sockets::ip_name_lookup::resolve_addresses;
use wasip3::sockets::types::{IpAddressFamily, TcpSocket, UdpSocket};
use wasip3::{wit_future, wit_stream};

use keyfob::azure::identity::Credential;
use keyfob::azure::secrets::SecretClient;
use keyfob::azure::simple::{fetch_secret, fetch_token};

wit_bindgen::generate!({ path: "../../../wit-0.2", world: "imports" });

wasip3::cli::command::export!(Explorer);

struct Explorer;

impl wasip3::exports::cli::run::Guest for Explorer {
    async fn run() -> Result<(), ()> {
        for word in environment::get_arguments().iter().skip(1) {
            let (name, argument) = word.split_once('=').unwrap_or((word, ""));
            let answer = match name {
                "environment" => {
                    let mut variables: Vec<_> = environment::get_environment();
                    variables.sort();
                    let ours: Vec<_> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
                    // The standard library reads those of WASI 0.2.
                    let mut theirs: Vec<_> = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
                    theirs.sort();
                    assert_eq!(ours, theirs);
                    format!("{ours:?}")
                }
                "preopens" => {
                    let paths: Vec<_> = preopens::get_directories().into_iter().map(|(_, path)| path).collect();
                    format!("{paths:?}")
                }
                "read" => match std::fs::read_to_string(argument) {
                    Ok(text) => format!("{} characters", text.len()),
                    Err(_) => "nothing".to_owned(),
                },
                "get" => get(argument).await,
                "secret" => match fetch_secret(argument.to_owned(), "secret-a".to_owned()).await {
                    Ok(value) => format!("{} characters", value.len()),
                    Err(error) => format!("{:?}: {}", error.kind, error.message),
                },
                "token" => match fetch_token(argument.to_owned()).await {
                    Ok(token) => format!("by {}", token.credential),
                    Err(error) => format!("{:?}: {}", error.kind, error.message),
                },
                "sockets" => {
                    let tcp = TcpSocket::create(IpAddressFamily::Ipv4).unwrap_err();
                    let udp = UdpSocket::create(IpAddressFamily::Ipv4).unwrap_err();
                    let name = resolve_addresses("localhost".to_owned()).await.unwrap_err();
                    format!("{tcp}, {udp}, {name}")
                }
                "abandon-first" => abandon(argument, [true, false, false]).await,
                "abandon-second" => abandon(argument, [false, true, false]).await,
                "fail" => return Err(()),
                "exit" => {
                    exit_with_code(3);
                    unreachable!()
                }
                "trap" => panic!("on purpose"),
                _ => panic!("{word}"),
            };
            print(format!("{name} {answer}\n")).await;
        }
        Ok(())
    }
}

async fn print(text: String) {
    let (mut writer, reader) = wit_stream::new();
    let written = stdout::write_via_stream(reader);
    assert!(writer.write_all(text.into_bytes()).await.is_empty());
    drop(writer);
    written.await.unwrap();
}

/// The status of a request, or the error code.
async fn get(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (trailers, no_trailers) = wit_future::new(|| Ok(None));
    drop(trailers);
    let (request, _sent) = Request::new(Fields::new(), None, no_trailers, None);
    request.set_scheme(Some(&if scheme == "https" { Scheme::Https } else { Scheme::Http })).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some(&format!("/{path}"))).unwrap();
    match send(request).await {
        Ok(response) => response.get_status_code().to_string(),
        Err(code) => code.to_string(),
    }
}

/// Reads three secrets at once, all with one token that is still to be requested, and abandons some of the calls after 500 ms.
/// Then reads one more.
async fn abandon(vault: &str, abandoned: [bool; 3]) -> String {
    let client = SecretClient::create(vault, &Credential::default_azure(None), None).unwrap();
    let read = async |abandoned: bool| {
        let call = Box::pin(client.get_secret("secret-a".to_owned(), None));
        let limit = if abandoned { 500 } else { 60_000 };
        let timer = Box::pin(wait_for(u64::try_from(Duration::from_millis(limit).as_nanos()).unwrap()));
        match select(call, timer).await {
            Either::Left((Ok(secret), _)) => format!("{} characters", secret.value.len()),
            Either::Left((Err(error), _)) => format!("{:?}: {}", error.kind, error.message),
            // The call is dropped here.
            Either::Right(_) => "abandoned".to_owned(),
        }
    };
    let (first, second, third) = join3(read(abandoned[0]), read(abandoned[1]), read(abandoned[2])).await;
    format!("{first}, {second}, {third}, then {}", read(false).await)
}
