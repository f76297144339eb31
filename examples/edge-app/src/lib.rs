//! Signs links to downloads: `GET /reports/2026.pdf` is answered with the same path and its signature, which whoever has
//! the key can check. The key is a secret in Key Vault, and nobody sees it.

use hmac::{Hmac, KeyInit, Mac};
use keyfob::{ErrorKind, SecretClient};
use sha2::Sha256;
use waki::{ErrorCode, Request, Response, handler};

#[handler]
fn sign(request: Request) -> Result<Response, ErrorCode> {
    let (status, body) = match signature(request.path()) {
        Ok(signature) => (200, format!("{}?signature={signature}\n", request.path())),
        Err(error) => {
            // What is wrong with the deployment is for its operator, and not for who asks.
            eprintln!("{error}");
            (status(error.kind()), "no link can be signed now\n".to_owned())
        }
    };
    Response::builder().status_code(status).body(body).build()
}

/// HMAC-SHA-256 in hexadecimal digits.
fn signature(path: &str) -> keyfob::Result<String> {
    let key = SecretClient::from_env()?.get_secret("link-key")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).expect("HMAC takes keys of every length");
    mac.update(path.as_bytes());
    Ok(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// 503 where it is worth another try, 500 where somebody must change something.
fn status(kind: ErrorKind) -> u16 {
    match kind {
        ErrorKind::Throttled | ErrorKind::TimedOut | ErrorKind::Transport => 503,
        _ => 500,
    }
}
