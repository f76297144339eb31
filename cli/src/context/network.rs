//! The command's own connections: rules, certificate authorities and proxies. They are the host's, not the component's, so that
//! its variables change nothing here, and `--clean-env` neither.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use keyfob_host_test::egress::Sockets;

use super::{ContextArgs, not_unicode};
use crate::{proxy, terminal};

/// The file of additional certificate authorities, as OpenSSL and Go read it.
const CA_VARIABLE: &str = "SSL_CERT_FILE";

/// Who sends the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// The component of a verb.
    Keyfob,
    /// An app.
    App,
    /// Keyfob inside an app.
    KeyfobInApp,
}

pub(super) fn sockets(options: &ContextArgs, sender: Sender) -> Result<Sockets> {
    let mut sockets = Sockets::new();
    for rule in &options.connect_to {
        sockets = sockets.connect_to(rule).with_context(|| format!("--connect-to {rule}"))?;
    }
    for path in &options.cacert {
        let pem = std::fs::read(path).with_context(|| format!("--cacert {}", path.display()))?;
        sockets = sockets.ca_pem(&pem).with_context(|| format!("--cacert {}", path.display()))?;
    }
    if let Some(path) = std::env::var_os(CA_VARIABLE).filter(|path| !path.is_empty()) {
        trust(&mut sockets, Path::new(&path));
    }
    let variables = variables()?;
    let get = |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let proxies = match sender {
        Sender::Keyfob => proxy::for_keyfob(get),
        Sender::App => proxy::for_app(get),
        Sender::KeyfobInApp => proxy::for_keyfob_in_app(get),
    };
    Ok(sockets.proxies(proxies?))
}

/// Other programs ignore a file that is missing, so that it is no error here.
fn trust(sockets: &mut Sockets, path: &Path) {
    let problem = match std::fs::read(path) {
        Ok(pem) if sockets.add_usable_ca_pem(&pem) > 0 => return,
        Ok(_) => "no certificate in it".to_owned(),
        Err(error) => error.to_string(),
    };
    terminal::warning(&format!("{CA_VARIABLE} {} is not used: {problem}", path.display()));
}

/// The variables of proxies in the command's own environment.
fn variables() -> Result<Vec<(String, String)>> {
    let mut variables = Vec::new();
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.into_string().ok().filter(|name| name.to_ascii_lowercase().ends_with("_proxy")) else {
            continue;
        };
        match value.into_string() {
            Ok(value) => variables.push((name, value)),
            Err(_) => bail!("{}", not_unicode(&name)),
        }
    }
    Ok(variables)
}
