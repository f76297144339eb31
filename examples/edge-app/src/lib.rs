//! Signs links to downloads: `GET /reports/2026.pdf` is answered with the same path and its signature, which whoever has
//! the key can check. The key is a secret in Key Vault, and nobody sees it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use waki::{ErrorCode, Request, Response, handler};

use keyfob::azure::simple::fetch_secret;
use keyfob::azure::types::{AzureError, ErrorKind};

wit_bindgen::generate!({ path: "../../wit", world: "imports" });

#[handler]
fn sign(request: Request) -> Result<Response, ErrorCode> {
    let (status, body) = match signature(request.path()) {
        Ok(signature) => (200, format!("{}?signature={signature}\n", request.path())),
        Err(error) => {
            // What is wrong with the deployment is for its operator, and not for who asks.
            eprintln!("{}", report(&error));
            (status(error.kind), "no link can be signed now\n".to_owned())
        }
    };
    Response::builder().status_code(status).body(body).build()
}

/// HMAC-SHA-256 in hexadecimal digits.
fn signature(path: &str) -> Result<String, AzureError> {
    let vault = std::env::var("KEYVAULT_URL").unwrap_or_default();
    let key = fetch_secret(&vault, "link-key")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(path.as_bytes());
    Ok(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The cause, what was tried, and what to change. Credentials of which the same is to be said share a line.
fn report(error: &AzureError) -> String {
    let mut text = format!("{}\n", error.message);
    for tried in error.attempts.chunk_by(|one, next| one.message == next.message) {
        let names: Vec<&str> = tried.iter().map(|attempt| attempt.credential.as_str()).collect();
        text += &format!("\n  {:26}  {}", names.join(", "), tried[0].message);
    }
    text + "\n\nFix:\n  " + &error.hint.as_deref().unwrap_or("none known").replace('\n', "\n  ")
}

/// 503 where it is worth another try, 500 where somebody must change something.
fn status(kind: ErrorKind) -> u16 {
    match kind {
        ErrorKind::Throttled | ErrorKind::TimedOut | ErrorKind::Transport => 503,
        _ => 500,
    }
}
