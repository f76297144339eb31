//! Environments, which may come from a hostile `.env`: client secrets, assertions and identity headers are sent only to the
//! hosts that SECURITY.md names, and are in no error, no log line and no explanation.
#![no_main]

use std::rc::Rc;

use arbitrary::Arbitrary;
use keyfob_component::fuzzing::url;
use keyfob_component::{Credential, CredentialKind, CredentialOptions, ManagedIdentityId, TokenOptions};
use keyfob_fuzz::{SCOPE, SentRequest, World, assert_hidden, run};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 18] = [
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_AUTHORITY_HOST",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_ADDITIONALLY_ALLOWED_TENANTS",
    "AZURE_TOKEN_CREDENTIALS",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "AZURE_KUBERNETES_TOKEN_PROXY",
    "AZURE_USERNAME",
    "IDENTITY_ENDPOINT",
    "IMDS_ENDPOINT",
    "IDENTITY_SERVER_THUMBPRINT",
    "MSI_ENDPOINT",
    "DEFAULT_IDENTITY_CLIENT_ID",
    "AZURE_IDENTITY_DISABLE_MULTITENANTAUTH",
    "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
    "KEYFOB_ALLOW_LOOPBACK_HTTP",
];

const SECRETS: [(&str, &str); 4] = [
    ("AZURE_CLIENT_SECRET", "canary-secret"),
    ("IDENTITY_HEADER", "canary-identity"),
    ("MSI_SECRET", "canary-msi"),
    ("AZURE_CLIENT_CERTIFICATE_PASSWORD", "canary-password"),
];

/// The content of every file.
const ASSERTION: &str = "canaryhead.canarybody.canarysign";

/// Values that are valid for most variables, so that the fuzzer gets past the checks of the others.
const VALID: [&str; 12] = [
    "contoso.example",
    "11111111-2222-3333-4444-555555555555",
    "https://login.microsoftonline.com",
    "https://login.microsoftonline.us/",
    "/var/run/secrets/token",
    "http://172.16.5.3:8081/msi/token",
    "http://localhost:42356/msi/token",
    "http://127.0.0.1:40342/metadata/identity/oauth2/token",
    "http://127.0.0.1:2579",
    "prod",
    "*",
    "1",
];

/// Microsoft Entra's hosts.
const ENTRA: [&str; 13] = [
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "sts.windows.net",
    "login-us.microsoftonline.com",
    "login.microsoftonline.us",
    "login.usgovcloudapi.net",
    "login.chinacloudapi.cn",
    "login.partner.microsoftonline.cn",
    "login.microsoftonline.de",
    "login.sovcloud-identity.fr",
    "login.sovcloud-identity.de",
    "login.sovcloud-identity.sg",
];

#[derive(Arbitrary, Debug)]
enum Text<'a> {
    Valid(u8),
    Any(&'a str),
    /// A valid value with this text after it.
    Suffixed(u8, &'a str),
    /// A valid value with this text before it.
    Prefixed(&'a str, u8),
}

impl Text<'_> {
    fn text(&self) -> String {
        let valid = |index: &u8| VALID[usize::from(*index) % VALID.len()];
        match self {
            Self::Valid(index) => valid(index).to_owned(),
            Self::Any(text) => (*text).to_owned(),
            Self::Suffixed(index, text) => format!("{}{text}", valid(index)),
            Self::Prefixed(text, index) => format!("{text}{}", valid(index)),
        }
    }
}

#[derive(Arbitrary, Debug)]
struct Settings<'a> {
    credential: u8,
    /// Which of `SECRETS` are set: a bit for each.
    secrets: u8,
    identity: Option<Text<'a>>,
    tenant: Option<Text<'a>>,
    variables: Vec<(u8, Text<'a>)>,
}

fuzz_target!(|settings: Settings<'_>| {
    let variables: Vec<(&str, String)> =
        settings.variables.iter().map(|(at, text)| (NAMES[usize::from(*at) % NAMES.len()], text.text())).collect();
    let mut environment: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    environment.extend(SECRETS.iter().enumerate().filter(|(at, _)| settings.secrets >> at & 1 == 1).map(|(_, it)| *it));
    let identity = settings.identity.as_ref().map(Text::text);
    let tenant = settings.tenant.as_ref().map(Text::text);
    let mut values = variables.iter().map(|(_, value)| value).chain(&identity).chain(&tenant);
    // A value that contains the secrets' prefix could not be told apart from a leaked secret.
    if values.any(|value| value.contains("canary")) {
        return;
    }
    // A variable with an empty value counts as not set.
    let loopback_allowed =
        environment.iter().find(|(name, value)| *name == "KEYFOB_ALLOW_LOOPBACK_HTTP" && !value.is_empty());
    let loopback_allowed = loopback_allowed.is_some_and(|(_, value)| *value == "1");

    let world = World::new(&environment, |_| Some(World::token_response("canary-token")));
    let world = Rc::new(world.with_file(None, ASSERTION.as_bytes()));
    let kind = match settings.credential % 4 {
        0 => CredentialKind::DefaultAzure,
        1 => CredentialKind::Environment,
        2 => CredentialKind::WorkloadIdentity,
        _ => CredentialKind::ManagedIdentity,
    };
    let mut options = CredentialOptions { tenant_id: tenant, ..CredentialOptions::default() };
    if let Some(id) = identity {
        options.managed_identity = match settings.credential >> 2 & 3 {
            0 => ManagedIdentityId::ClientId(id),
            1 => ManagedIdentityId::ObjectId(id),
            2 => ManagedIdentityId::ResourceId(id),
            _ => ManagedIdentityId::SystemAssigned,
        };
    }
    let credential = Credential::new(world.clone(), kind, &options);
    let explanation = format!("{:?}", credential.explain());
    assert!(
        world.sent.borrow().is_empty() && world.read.borrow().is_empty(),
        "an explanation sends no request and reads no file"
    );
    let result = run(&world, credential.get_token(vec![SCOPE.to_owned()], &TokenOptions::default()));
    for (_, secret) in SECRETS.iter().chain(&[("", ASSERTION), ("", "canary-token")]) {
        assert_hidden(&world, result.as_ref().err().map(|error| &**error), secret);
        assert!(!explanation.contains(secret), "{explanation}");
    }
    for sent in world.sent.borrow().iter() {
        check(sent, loopback_allowed);
    }
});

fn check(sent: &SentRequest, loopback_allowed: bool) {
    let scheme = if sent.https { "https" } else { "http" };
    let url = url(&format!("{scheme}://{}", sent.authority)).expect("a URL");
    let text = format!("{sent:?}");
    let contains = |secret: &str| text.contains(secret);
    if sent.body.contains("grant_type=client_credentials") {
        let is_entra = sent.https && ENTRA.contains(&sent.authority.as_str());
        assert!(is_entra || (loopback_allowed && !sent.https && url.is_loopback), "{sent:?}");
        let tenant = sent.path.strip_prefix('/').and_then(|path| path.strip_suffix("/oauth2/v2.0/token"));
        let tenant = tenant.or_else(|| sent.path.strip_suffix("/oauth2/token")?.strip_prefix('/')).expect("a tenant");
        let allowed = tenant.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
        assert!(allowed && tenant.bytes().any(|b| b.is_ascii_alphanumeric()), "{sent:?}");
        assert!(!contains("canary-identity") && !contains("canary-msi"), "{sent:?}");
    } else {
        // An identity endpoint must be on this machine or in its private network.
        assert!(url.is_local, "{sent:?}");
        assert!(!contains("canary-secret") && !contains("canarysign"), "{sent:?}");
        assert!(contains("canary-identity") as u8 + contains("canary-msi") as u8 <= 1, "{sent:?}");
    }
    assert!(!contains("canary-password") && !contains("canary-token"), "{sent:?}");
}
