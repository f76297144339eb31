use std::collections::BTreeMap;
use std::time::SystemTime;

use super::*;

const CANARY: &str = "canary-of-a-secret";

fn after(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn pairs(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), value.to_owned())]
}

fn properties() -> secrets::SecretProperties {
    secrets::SecretProperties {
        id: "https://my-vault.vault.azure.net/secrets/secret-a/v1".to_owned(),
        name: "secret-a".to_owned(),
        version: Some("v1".to_owned()),
        content_type: Some("text/plain".to_owned()),
        enabled: Some(true),
        not_before: Some(1),
        expires_on: Some(2),
        created_on: Some(3),
        updated_on: Some(4),
        recoverable_days: Some(90),
        recovery_level: Some("Recoverable+Purgeable".to_owned()),
        managed: None,
        key_id: Some("k".to_owned()),
        previous_version: Some("v0".to_owned()),
        tags: pairs("team", "a"),
        details: pairs("other", "b"),
    }
}

#[test]
fn an_error_keeps_every_field() {
    let error = Error::from(types::AzureError {
        kind: types::ErrorKind::Throttled,
        message: "Key Vault limits the requests.".to_owned(),
        hint: Some("Wait.".to_owned()),
        attempts: vec![types::Attempt {
            credential: "EnvironmentCredential".to_owned(),
            outcome: types::Outcome::Failed,
            message: "answered 429".to_owned(),
        }],
        status: Some(429),
        code: Some("Throttled".to_owned()),
        retry_after: Some(7),
        details: pairs("x-ms-request-id", "r"),
    });
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!((error.message(), error.hint()), ("Key Vault limits the requests.", Some("Wait.")));
    let attempts: Vec<_> = error.attempts().iter().map(|it| (it.credential.as_str(), it.outcome)).collect();
    assert_eq!(attempts, [("EnvironmentCredential", Outcome::Failed)]);
    assert_eq!((error.status(), error.code(), error.request_id()), (Some(429), Some("Throttled"), Some("r")));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
}

#[test]
fn a_secret_keeps_every_field_and_hides_its_value() {
    let secret = Secret::from(secrets::Secret {
        value: CANARY.to_owned(),
        properties: properties(),
        credential: "ManagedIdentityCredential".to_owned(),
        source: "App Service".to_owned(),
        cache: Some(secrets::CacheInfo { age: 5, stale: true, error: Some("no connection".to_owned()) }),
    });
    assert_eq!(
        (secret.expose(), secret.credential.as_str(), secret.source.as_str()),
        (CANARY, "ManagedIdentityCredential", "App Service")
    );
    let cache = CacheInfo { age: Duration::from_secs(5), stale: true, error: Some("no connection".to_owned()) };
    assert_eq!(secret.cache, Some(cache));
    let text = format!("{secret:?} {secret:#?}");
    assert!(!text.contains(CANARY) && text.contains("value: [redacted]"), "{text}");

    let deleted = DeletedSecret::from(secrets::DeletedSecret {
        properties: properties(),
        deleted_on: Some(5),
        scheduled_purge_on: Some(6),
        recovery_id: Some("r".to_owned()),
    });
    assert_eq!((deleted.deleted_on, deleted.scheduled_purge_on), (Some(after(5)), Some(after(6))));
    assert_eq!(deleted.recovery_id.as_deref(), Some("r"));
    let SecretProperties { not_before, expires_on, created_on, updated_on, tags, details, .. } = &deleted.properties;
    assert_eq!([not_before, expires_on, created_on, updated_on], [1, 2, 3, 4].map(|it| Some(after(it))).each_ref());
    let map = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    assert_eq!((tags, details), (&map("team", "a"), &map("other", "b")));
    assert_eq!(secret.properties, deleted.properties);
}

#[test]
fn a_token_has_its_times_and_hides_itself() {
    let token = AccessToken::from(identity::AccessToken {
        token: CANARY.to_owned(),
        expires_on: 1_800_000_000,
        refresh_on: Some(1_700_000_000),
        credential: "EnvironmentCredential".to_owned(),
        source: "Microsoft Entra ID".to_owned(),
        details: pairs("client-id", "c"),
    });
    assert_eq!((token.expires_on, token.refresh_on), (after(1_800_000_000), Some(after(1_700_000_000))));
    assert_eq!((token.expose(), token.details.get("client-id").map(String::as_str)), (CANARY, Some("c")));
    let text = format!("{token:?}");
    assert!(!text.contains(CANARY) && text.contains("token: [redacted]"), "{text}");
}

#[test]
fn every_way_to_name_a_managed_identity_arrives() {
    let id = || "x".to_owned();
    for (ours, theirs) in [
        (ManagedIdentityId::default(), "FromEnvironment"),
        (ManagedIdentityId::SystemAssigned, "SystemAssigned"),
        (ManagedIdentityId::ClientId(id()), "ClientId(\"x\")"),
        (ManagedIdentityId::ObjectId(id()), "ObjectId(\"x\")"),
        (ManagedIdentityId::ResourceId(id()), "ResourceId(\"x\")"),
    ] {
        let converted = format!("{:?}", identity::ManagedIdentity::from(ours));
        assert!(converted.ends_with(theirs), "{converted}");
    }
}
