//! What a description becomes, and what is refused.

use super::super::Fake;
use super::Description;

#[test]
fn fills_in_defaults() {
    let text = r#"
        [[identity]]
        name = "A"
        kind = "user-assigned"
        [[vault]]
        url = "https://story-kv.vault.azure.net"
        [[vault.secret]]
        name = "s"
        value = "1"
        [[vault.secret]]
        name = "S"
        value = "2"
        [[vault]]
        url = "https://kv.corp.example.com:8443"
    "#;
    let description = Description::from_toml(text).unwrap();
    let again = Fake::new(description.clone()).unwrap().description;
    assert_eq!(format!("{description:?}"), format!("{again:?}"));
    assert!(super::is_uuid(&description.identities[0].client_id));
    assert_ne!(description.identities[0].client_id, description.identities[0].object_id);
    assert_eq!(description.vaults[0].resource, "https://vault.azure.net");
    assert_eq!(description.vaults[0].tenant, description.tenant);
    assert_ne!(description.vaults[0].secrets[0].version, description.vaults[0].secrets[1].version);
    assert_eq!(description.vaults[1].resource, "https://corp.example.com");
}

#[test]
fn rejects_invalid_descriptions() {
    let identity = |rest: &str| format!("[[identity]]\nname = 'A'\n{rest}");
    let vault = |rest: &str| format!("[[vault]]\nurl = 'https://a.vault.azure.net'\n{rest}");
    for (text, says) in [
        ("colour = 'red'".to_owned(), "colour"),
        ("platform = 'moon'".to_owned(), "moon"),
        ("tenant = 'contoso'".to_owned(), "not a UUID"),
        ("platform = 'vm'\nidentity-header = 'h'".to_owned(), "identity-header: not on this platform"),
        ("platform = 'vm'\nidentity-endpoint = 'http://a/b'".to_owned(), "identity-endpoint: not on this platform"),
        ("platform = 'azure-arc'\nidentity-header = 'h'".to_owned(), "identity-header: not on this platform"),
        ("platform = 'azure-ml'\nidentity-header = ''".to_owned(), "is empty"),
        ("platform = 'vm'\narc-key = 'k'".to_owned(), "arc-key: not on this platform"),
        ("arc-agent = 'old'".to_owned(), "arc-key: not on this platform"),
        ("expiry = 'number'".to_owned(), "expiry: not on this platform"),
        ("platform = 'vm'\ndefault-identity = 'A'".to_owned(), "default-identity: not on this platform"),
        ("platform = 'azure-ml'\ndefault-identity = 'A'".to_owned(), "no identity A"),
        ("cloud = 'moon'".to_owned(), "moon"),
        ("allow-node-imds = true".to_owned(), "only on aks"),
        ("platform = 'app-service'\nidentity-endpoint = 'https://a/b'".to_owned(), "no http URL"),
        ("platform = 'service-fabric'\nidentity-endpoint = 'http://a/b'".to_owned(), "no https URL"),
        (identity("kind = 'user-assigned'\nclient-id = 'x'"), "not a UUID"),
        (identity("kind = 'user-assigned'\nclient-secret = 'x'"), "only for service-principal"),
        (identity("kind = 'system-assigned'\nresource-id = '/x'"), "only for user-assigned"),
        (identity("kind = 'system-assigned'\nnode = true"), "only on aks"),
        (identity("kind = 'service-principal'\nfederated-token = 'x'"), "a.b.c"),
        (identity("kind = 'user-assigned'\nfederated-tokens = ['a.b.c', 'x']"), "a.b.c"),
        (identity("kind = 'user-assigned'\ncertificate = 'x'"), "only for service-principal"),
        (identity("kind = 'service-principal'\ncertificate = 'x'"), "certificate"),
        ("adfs-host = 'login.microsoftonline.com'".to_owned(), "two services"),
        (vault("roles = { A = 'Key Vault Secrets User' }"), "no identity A"),
        (vault("roles = { A = 'Owner' }"), "Owner"),
        (vault("[[vault.secret]]\nname = 'a_b'\nvalue = ''"), "a_b"),
        (vault("[[vault.secret]]\nname = 'a'\nvalue = ''\nversion = '1'"), "32 hex"),
        (vault("policies = { A = ['get'] }"), "no identity A"),
        (vault("policies = { A = ['wrap'] }"), "wrap"),
        (
            format!(
                "{}\n{}",
                identity("kind = 'user-assigned'"),
                vault("roles = { A = 'Key Vault Reader' }\npolicies = {}")
            ),
            "one of them",
        ),
        (vault("recoverable-days = 6"), "6 is not 7 to 90"),
        (vault("recoverable-days = 91"), "91 is not 7 to 90"),
        (vault("[[vault.secret]]\nname = 'a'\nvalue = ''\nkid = 'https://x'"), "kid: only where managed"),
        (vault("[[vault.secret]]\nname = 'a'\nvalue = ''\nprevious-version = '1'"), "only where managed"),
        (vault("[[vault.secret]]\nname = 'a'\nvalue = ''\nmanaged = true\nprevious-version = '1'"), "not 32 hex"),
        (vault("[[vault.secret]]\nname = 'a'\nvalue = ''\nmanaged = true\ncontent-type = 'text/plain'"), "x-pkcs12 or"),
        (vault("tenant = 'adfs'"), "without adfs-host"),
        ("[[vault]]\nurl = 'http://a.vault.azure.net'".to_owned(), "https://HOST"),
        ("[[vault]]\nurl = 'https://localhost'".to_owned(), "needs a resource"),
        ("[[vault]]\nurl = 'kv.vault.azure.net'".to_owned(), "no https://"),
        (format!("{0}\n{0}", vault("")), "two services"),
    ] {
        let error = match Description::from_toml(&text).and_then(Fake::new) {
            Ok(_) => String::new(),
            Err(error) => format!("{error:#}"),
        };
        assert!(error.contains(says), "{text}: {error:?} does not contain {says:?}");
    }
}
