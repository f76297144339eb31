//! Fails if a credential or a managed identity source has no case for each of its outcomes, so that no new one is added
//! without cases.

use std::collections::BTreeSet;
use std::sync::Arc;

use keyfob_component::{CREDENTIALS, SOURCES};
use keyfob_test_support::case::{Case, Kind};
use keyfob_test_support::fake::{ExpiryFormat, Platform};
use keyfob_test_support::host::Build;
use keyfob_test_support::player::{Failure, PlayerKind, Success, play_case};

/// Outcomes that are impossible, with the reason.
const IMPOSSIBLE: &[(&str, &str)] = &[
    ("ClientSecretCredential unavailable", "its arguments are complete"),
    ("ClientCertificateCredential unavailable", "its arguments are complete"),
    ("ClientAssertionCredential unavailable", "its arguments are complete"),
    ("StaticTokenCredential unavailable", "its arguments are complete"),
    ("Service Fabric success", "its certificate can't be compared"),
    ("Service Fabric failed", "it is refused before anything is sent"),
    ("Cloud Shell unavailable", "the signed-in user is always there"),
];

/// How an identity can be named to each source. "none" is the source's default identity.
const IDS: &[(&str, &[&str])] = &[
    ("App Service", &["none", "system-assigned", "client-id", "object-id", "resource-id", "AZURE_CLIENT_ID"]),
    ("IMDS", &["none", "system-assigned", "client-id", "object-id", "resource-id", "AZURE_CLIENT_ID"]),
    ("Azure Arc", &["none", "system-assigned", "client-id", "object-id", "resource-id", "AZURE_CLIENT_ID"]),
    ("Azure ML", &["none", "client-id", "AZURE_CLIENT_ID"]),
    ("Cloud Shell", &["none", "system-assigned"]),
    ("workload identity", &["client-id", "AZURE_CLIENT_ID"]),
    ("Service Fabric", &[]),
];

/// Plays all cases once and collects what they cover.
pub async fn check(cases: Vec<Arc<Case>>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for case in cases {
        let player = match case.build {
            Some(build @ Build::WithoutCertificates) => PlayerKind::Wasm(build),
            _ => PlayerKind::Native,
        };
        for result in play_case(&case, player).await? {
            match result {
                Ok(got) => success(&case, &got, &mut seen),
                Err(problem) => failure(&case, &problem, &mut seen),
            }
        }
    }
    let mut wanted = BTreeSet::new();
    for name in CREDENTIALS.iter().chain(SOURCES) {
        wanted.extend(["success", "unavailable", "failed"].map(|outcome| format!("{name} {outcome}")));
    }
    for (source, ids) in IDS {
        wanted.extend(ids.iter().map(|id| format!("{source} by {id}")));
    }
    for expiry in [
        ExpiryFormat::String,
        ExpiryFormat::Number,
        ExpiryFormat::DateLinux,
        ExpiryFormat::DateWindows,
        ExpiryFormat::Rfc3339,
        ExpiryFormat::Iso,
        ExpiryFormat::ExpiresInString,
        ExpiryFormat::ExpiresInNumber,
    ] {
        wanted.insert(format!("expiry {expiry:?}"));
    }
    assert_eq!(IDS.len(), SOURCES.len(), "the ids of each source");
    let missing: Vec<_> =
        wanted.difference(&seen).filter(|kind| !IMPOSSIBLE.iter().any(|(what, _)| what == kind)).collect();
    let impossible: Vec<_> = IMPOSSIBLE.iter().filter(|(what, _)| seen.contains(*what)).collect();
    if missing.is_empty() && impossible.is_empty() {
        return Ok(());
    }
    Err(format!("no case has: {missing:#?}\na case has an outcome that is listed as impossible: {impossible:#?}"))
}

fn success(case: &Case, got: &Success, seen: &mut BTreeSet<String>) {
    let field = |name| got.fields.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone());
    let (Some(credential), Some(source)) = (field("credential"), field("source")) else { return };
    seen.insert(format!("{credential} success"));
    if credential != "ManagedIdentityCredential" {
        return;
    }
    let spec = &case.credential;
    let id = match () {
        () if spec.client_id.is_some() => "client-id",
        () if spec.object_id.is_some() => "object-id",
        () if spec.resource_id.is_some() => "resource-id",
        () if spec.system_assigned => "system-assigned",
        () if case.env.contains_key("AZURE_CLIENT_ID") && spec.kind == Kind::DefaultAzure => "AZURE_CLIENT_ID",
        // The platform sets it, and it selects the workload identity.
        () if source == "workload identity" => "AZURE_CLIENT_ID",
        () => "none",
    };
    seen.extend([format!("{source} success"), format!("{source} by {id}")]);
    if let Some(expiry) = case.azure.expiry {
        seen.insert(format!("expiry {expiry:?}"));
    }
}

fn failure(case: &Case, problem: &Failure, seen: &mut BTreeSet<String>) {
    let alone = |name: &str| {
        let outcome = match problem.kind.as_str() {
            "credential-unavailable" => "unavailable",
            "unsupported" => "not-supported",
            _ => "failed",
        };
        vec![(name.to_owned(), outcome.to_owned(), String::new())]
    };
    let attempts = match case.credential.kind {
        _ if !problem.attempts.is_empty() => problem.attempts.clone(),
        Kind::Environment => alone("EnvironmentCredential"),
        Kind::WorkloadIdentity => alone("WorkloadIdentityCredential"),
        Kind::ManagedIdentity => alone("ManagedIdentityCredential"),
        Kind::ClientSecret => alone("ClientSecretCredential"),
        Kind::ClientAssertion => alone("ClientAssertionCredential"),
        Kind::ClientCertificate => alone("ClientCertificateCredential"),
        Kind::StaticToken => alone("StaticTokenCredential"),
        Kind::DefaultAzure | Kind::Chained => return,
    };
    for (credential, outcome, _) in attempts {
        seen.insert(format!("{credential} {outcome}"));
        if credential == "ManagedIdentityCredential" {
            let source = match case.azure.platform {
                Platform::AppService => "App Service",
                Platform::AzureArc => "Azure Arc",
                Platform::AzureMl => "Azure ML",
                Platform::CloudShell => "Cloud Shell",
                Platform::ServiceFabric => "Service Fabric",
                Platform::Aks => "workload identity",
                _ => "IMDS",
            };
            // Service Fabric is never unavailable: it is not supported.
            let outcome = if outcome == "not-supported" { "unavailable" } else { &outcome };
            seen.insert(format!("{source} {outcome}"));
        }
    }
}
