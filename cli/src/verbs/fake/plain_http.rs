//! `--plain-http`: serves the vault and Entra at the fake's own address without TLS, for Keyfob in hosts whose trusted
//! authorities are fixed: `wasmtime run`, `wasmtime serve`, wasmtime-py, wash.

use anyhow::{Result, bail};
use bytes::Bytes;
use fake_azure::wire::ScriptedResponse;
use fake_azure::{Cloud, Fake};

/// The variable that allows the component to use plain HTTP on loopback.
pub(super) const ALLOW_VARIABLE: &str = "KEYFOB_ALLOW_LOOPBACK_HTTP";

/// Set for every app that uses Entra.
const TENANT_VARIABLE: &str = "AZURE_TENANT_ID";

/// Points an app's variables to `address` (`HOST:PORT`). Fails for clouds other than the public one.
pub(super) fn redirect_variables(variables: &mut Vec<(String, String)>, fake: &Fake, address: &str) -> Result<()> {
    if fake.description().cloud != Cloud::Public {
        bail!(
            "--plain-http works only with the public cloud, because Keyfob then requests tokens for its vaults: omit --plain-http"
        );
    }
    let mut replaced = vec![("KEYVAULT_URL", format!("http://{address}")), (ALLOW_VARIABLE, "1".to_owned())];
    if variables.iter().any(|(name, _)| name == TENANT_VARIABLE) {
        replaced.push(("AZURE_AUTHORITY_HOST", format!("http://{address}/")));
    }
    variables.retain(|(name, _)| replaced.iter().all(|(replaced_name, _)| name != replaced_name));
    variables.extend(replaced.into_iter().rev().map(|(name, value)| (name.to_owned(), value)));
    Ok(())
}

/// The real origin (`https://HOST`) for a path at the fake's own address: Entra's, or the first vault's, which is the app's
/// KEYVAULT_URL. `None` for the paths of the identity endpoint.
pub(super) fn real_origin(fake: &Fake, path: &str) -> Option<String> {
    let origin = if path.ends_with("/oauth2/v2.0/token") {
        fake.authority_host()
    } else if ["secrets", "deletedsecrets"].contains(&path.split('/').nth(1)?) {
        fake.description().vaults.first()?.url.clone()
    } else {
        return None;
    };
    Some(origin.trim_end_matches('/').to_owned())
}

/// Replaces the origin in links of a response (a secret's id, the next page) with the fake's address, because clients
/// follow them only there.
pub(super) fn rewrite_links(mut exchange: ScriptedResponse, origin: &str, address: &str) -> ScriptedResponse {
    for (_, piece) in &mut exchange.body {
        if let Ok(text) = std::str::from_utf8(piece) {
            // The link to the next page has the port.
            let links = [format!("{origin}:443/"), format!("{origin}/")];
            let own = format!("http://{address}/");
            *piece = Bytes::from(links.iter().fold(text.to_owned(), |text, link| text.replace(link, &own)));
        }
    }
    exchange
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::Example;
    use crate::fake::Source;
    use crate::fake::environment_at;

    fn fake(example: Example) -> Fake {
        Source::Example(example).load().unwrap()
    }

    #[test]
    fn the_environment_points_vault_and_entra_to_loopback() {
        for (example, entra) in [(Example::AppService, false), (Example::ServicePrincipal, true), (Example::Aks, true)]
        {
            let mut variables = environment_at(&fake(example), "127.0.0.1:7");
            redirect_variables(&mut variables, &fake(example), "127.0.0.1:7").unwrap();
            let values = |wanted: &str| -> Vec<String> {
                variables.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.clone()).collect()
            };
            assert_eq!(values(ALLOW_VARIABLE), ["1"], "{example:?}");
            assert_eq!(values("KEYVAULT_URL"), ["http://127.0.0.1:7"], "{example:?}");
            let authority: &[&str] = if entra { &["http://127.0.0.1:7/"] } else { &[] };
            assert_eq!(values("AZURE_AUTHORITY_HOST"), authority, "{example:?}");
        }
        let refused = redirect_variables(&mut Vec::new(), &fake(Example::UsGovernment), "127.0.0.1:7").unwrap_err();
        assert!(refused.to_string().contains("omit --plain-http"), "{refused}");
    }

    #[test]
    fn the_path_determines_the_origin() {
        let fake = fake(Example::AppService);
        for (path, origin) in [
            ("/secrets", Some("https://my-vault.vault.azure.net")),
            ("/secrets/secret-a/", Some("https://my-vault.vault.azure.net")),
            ("/deletedsecrets/secret-a", Some("https://my-vault.vault.azure.net")),
            ("/a-tenant/oauth2/v2.0/token", Some("https://login.microsoftonline.com")),
            ("/msi/token", None),
            ("/oauth2/token", None),
            ("/metadata/identity/oauth2/token", None),
            ("/secretsx", None),
            ("/", None),
        ] {
            assert_eq!(real_origin(&fake, path).as_deref(), origin, "{path}");
        }
    }

    #[test]
    fn links_are_rewritten() {
        let origin = "https://my-vault.vault.azure.net";
        let next = "/secrets?$skiptoken=a";
        let body =
            format!(r#"{{"id":"{origin}/secrets/a/1","kid":"{origin}.example/","nextLink":"{origin}:443{next}"}}"#);
        let replaced_name =
            rewrite_links(ScriptedResponse::reply(200, "application/json", body), origin, "127.0.0.1:7");
        let own = "http://127.0.0.1:7";
        let expected = format!(r#"{{"id":"{own}/secrets/a/1","kid":"{origin}.example/","nextLink":"{own}{next}"}}"#);
        assert_eq!(replaced_name.body[0].1, expected);
    }
}
