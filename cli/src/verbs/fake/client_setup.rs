//! The environment of apps in any language: a proxy and a certificate authority, so that Azure's own URLs reach the fake, and
//! the platform's variables.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fake_azure::Fake;

use super::plain_http;
use crate::fake::Folder;
use crate::fake::environment_at;
use crate::no_proxy;
use crate::shell::{quote, word};

/// Read by: OpenSSL, Go and rustls-native-certs; Python's requests; curl; Node.
const CA_VARIABLES: [&str; 4] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/// Where the fake Azure is served.
pub(super) struct ClientSetup {
    pub(super) address: SocketAddr,
    pub(super) ca: PathBuf,
    pub(super) folder: Folder,
    /// The domains that the authority can sign for.
    pub(super) domains: Vec<String>,
    /// Vault and Entra are reached without TLS.
    pub(super) plain_http: bool,
}

impl ClientSetup {
    /// The app's environment variables. Also writes the platform's files.
    pub(super) fn environment(&self, fake: &Fake) -> Result<Vec<(String, String)>> {
        let address = self.address.to_string();
        let proxy = format!("http://{address}");
        let ca = utf8(&self.ca)?;
        // The identity endpoint on loopback is reached without the proxy. The hosts that are direct in the caller's environment
        // are not added: with `*` or a vault's domain among them, the app would reach the real Azure.
        let direct = no_proxy::LOOPBACK.join(",");
        let mut variables = vec![("HTTPS_PROXY".to_owned(), proxy.clone()), ("https_proxy".to_owned(), proxy)];
        variables.extend(no_proxy::VARIABLES.map(|name| (name.to_owned(), direct.clone())));
        variables.extend(CA_VARIABLES.map(|name| (name.to_owned(), ca.to_owned())));
        variables.extend(environment_at(fake, &address));
        if self.plain_http {
            plain_http::redirect_variables(&mut variables, fake, &address)?;
        }
        for file in self.folder.write_platform_files(fake)? {
            let disk_path = utf8(&file.disk_path)?;
            for (_, value) in variables.iter_mut().filter(|(_, value)| *value == file.app_path) {
                *value = disk_path.to_owned();
            }
        }
        Ok(variables)
    }

    /// The words by which the hosts that `--plain-http` is for pass the environment on to an app: `--env NAME=VALUE`. They leave
    /// out the proxy and the certificate authority, which these hosts don't use.
    pub(super) fn env_words(&self, variables: &[(String, String)]) -> Option<String> {
        let for_clients = |name: &str| {
            let upper = name.to_uppercase();
            upper == "HTTPS_PROXY" || no_proxy::VARIABLES.contains(&name) || CA_VARIABLES.contains(&name)
        };
        let passed = variables.iter().filter(|(name, _)| !for_clients(name));
        let words = passed.map(|(name, value)| format!("--env {}", word(&format!("{name}={value}"))));
        self.plain_http.then(|| words.collect::<Vec<_>>().join(" "))
    }

    /// Fails if clients would refuse the certificate of a service: the authority is for other domains.
    pub(super) fn check_domains(&self, fake: &Fake) -> Result<()> {
        match fake.domains().iter().find(|domain| !self.domains.contains(domain)) {
            Some(new) => bail!("the certificate authority can't sign for {new}: start `keyfob fake` again"),
            None => Ok(()),
        }
    }

    /// What the environment variables can't set up.
    pub(super) fn notes(&self, fake: &Fake) -> Vec<String> {
        let mut notes = Vec::new();
        for (app_path, content) in fake.files() {
            if std::fs::read_to_string(&app_path).is_ok_and(|text| text == content) {
                continue;
            }
            let disk_path = self.folder.resolve(&app_path);
            let (from, to) = (quote(&disk_path.to_string_lossy()), quote(&app_path));
            notes.push(format!(
                "the Azure SDKs read the Azure Arc key only from the agent's own folder. To put it there: \
                sudo install -D -m 644 {from} {to}"
            ));
        }
        notes
    }
}

/// The message for a client that aborts the TLS handshake.
pub(super) fn untrusted_ca_message(ca: &Path, why: &str) -> String {
    format!(
        "a client aborted the TLS handshake ({why}): it probably does not trust {}; set {} or your client's own \
        setting to that file",
        ca.display(),
        CA_VARIABLES.join(", ")
    )
}

fn utf8(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("the path {} is not Unicode: choose another --dir", path.display()))
}
