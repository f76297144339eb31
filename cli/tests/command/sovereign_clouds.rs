//! Clouds other than the public one.

use crate::run::Run;
use crate::world::{CLIENT_SECRET, PRINCIPAL, TENANT, VALUE, World};

const VAULT: &str = "https://story-kv.vault.azure.cn";
const CHINA: &str = "https://login.chinacloudapi.cn";

fn world() -> World {
    let vault = format!(
        "cloud = 'china'
        [[vault]]
        url = '{VAULT}'
        roles = {{ principal = 'Key Vault Secrets User' }}
        [[vault.secret]]
        name = 'secret-a'
        value = '{VALUE}'"
    );
    World::on("none", &vault)
}

fn principal(world: &World) -> Run<'_> {
    let run = world.keyfob(&["get-secret", "secret-a", "--vault-url", VAULT]).env("AZURE_TENANT_ID", TENANT);
    run.env("AZURE_CLIENT_ID", PRINCIPAL).env("AZURE_CLIENT_SECRET", CLIENT_SECRET)
}

#[test]
fn reads_a_secret_in_azure_china() {
    // With and without a slash, and without a scheme, as the Azure SDKs accept it.
    for authority in [CHINA, "https://login.chinacloudapi.cn/", "login.chinacloudapi.cn"] {
        let world = world();
        assert_eq!(principal(&world).env("AZURE_AUTHORITY_HOST", authority).output().value(), VALUE);
        let expected = [
            format!("POST {CHINA}/{TENANT}/oauth2/v2.0/token"),
            format!("GET {VAULT}/secrets/secret-a?api-version=2026-04-01"),
        ];
        assert_eq!(world.requests(), expected);
    }
}

#[test]
fn missing_authority_host_is_hinted_at() {
    let world = world();
    let error = principal(&world).json().output().error();
    assert_eq!(error["kind"], "authentication-failed", "{error}");
    assert!(error["hint"].as_str().unwrap().contains(&format!("AZURE_AUTHORITY_HOST={CHINA}")), "{error}");
    assert_eq!(world.requests(), [format!("POST https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token")]);
}

#[test]
fn unknown_authority_is_rejected() {
    let world = world();
    let error = principal(&world).env("AZURE_AUTHORITY_HOST", "https://login.evil.example").json().output().error();
    assert_eq!(error["kind"], "invalid-argument", "{error}");
    assert!(world.requests().is_empty());
}
