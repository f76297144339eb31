//! Steps of hints that differ from caller to caller.

use super::{Phrase, Template};

/// The cause of the hint below.
pub(crate) const NO_VARIABLES: Phrase =
    phrase!("no environment variable reaches the component|there are no environment variables");

/// For an environment without variables. The packages pass some, and never show this.
pub(crate) const PASS_VARIABLES: Template = template!(
    "<Pass environment variables to the component, which sees an empty environment:\n\
     Spin: set them under `environment` of the component, and give the dependency\n      \
     `inherit_configuration = [\"allowed_outbound_hosts\", \"environment\"]`\n\
     wasmCloud: set `environment` of `localResources`\n\
     wasmtime: pass each with `--env AZURE_CLIENT_ID=…`, or all with `-S inherit-env=y`\n\
     On App Service, pass IDENTITY_ENDPOINT and IDENTITY_HEADER too, on a server of Azure Arc IDENTITY_ENDPOINT and IMDS_ENDPOINT|\
     Leave out --clean-env, or set variables with --env NAME=VALUE or --env-file FILE: the environment is empty>",
);

pub(crate) const GIVE_IDENTITY: Template = template!(
    "Give this <app|command|program> an Azure identity:\n\
     On Azure: give the app or machine a managed identity<, and pass the platform's variables (IDENTITY_ENDPOINT, \
     IDENTITY_HEADER, AZURE_CLIENT_ID) through to the component\n\
     On a server of Azure Arc: pass IDENTITY_ENDPOINT=http://localhost:40342/metadata/identity/oauth2/token and \
     IMDS_ENDPOINT=http://localhost:40342|>\n\
     Elsewhere: set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service principal's{or}\n\
     On a laptop: {laptop}",
);

/// What a developer does on their own machine, and what else.
pub(crate) const LAPTOP: Phrase = phrase!(
    "start the app with your sign-in of `az`, Azure PowerShell or `azd`: `keyfob dev-identity -- COMMAND`|\
     add --dev, which uses your sign-in of `az`, Azure PowerShell or `azd`|\
     start it with your sign-in of `az`, Azure PowerShell or `azd`: `keyfob dev-identity -- COMMAND`",
);
pub(crate) const OR_OWN_TOKEN: Phrase = phrase!(
    ",\nor get a token outside (`az account get-access-token --scope SCOPE`, `azd auth token --scope SCOPE` or \
     `Get-AzAccessToken -ResourceUrl RESOURCE`) and give it to credential.static-token||\
     ,\nor give the Azure SDK's AzureCliCredential to ChainedTokenCredential or to the client|\
     ,\nor give SecretClient the AzureCliCredential of @azure/identity",
);

/// Why a developer credential can't be used, and what a developer does instead.
pub(crate) const NOT_IN_A_COMPONENT: Template =
    template!("not in a component; on a laptop: <keyfob dev-identity|--dev|keyfob dev-identity>");

pub(crate) const FORWARD_EACH: Phrase = phrase!("\nA host that forwards variables by name must forward each|");

/// Lets requests to the host out.
pub(crate) const ALLOW_HOST: Template = template!(
    "<Allow this component to reach {origin}:\n\
     Spin: `allowed_outbound_hosts = [\"{origin}\"]`, for a dependency also `inherit_configuration = [\"allowed_outbound_hosts\"]`,\n      \
     and nothing in `block_networks` that holds it\n\
     wasmCloud: `allowedHosts: [\"{origin}\"]`\n\
     the keyfob command: `--allow-host {authority}`|\
     Add `--allow-host {authority}`: only the hosts that options and variables name are allowed|\
     Allow {origin} in the proxy, which denied it to this program, or name {authority} in NO_PROXY>",
);

/// Trusts the certificate of a proxy.
pub(crate) const TRUST_CERTIFICATE: Template = template!(
    "Check the name {authority}: TLS with it failed\n\
     If a proxy with its own certificate is in between, <give the host runtime its CA (keyfob command: `--cacert FILE`)|\
     give its CA with `--cacert FILE` or SSL_CERT_FILE|set SSL_CERT_FILE or REQUESTS_CA_BUNDLE to the file of its CA|\
     start Node with NODE_EXTRA_CA_CERTS=FILE of its CA>",
);

/// Lets a file be read. It continues a sentence that begins with "Check that".
#[cfg_attr(not(any(feature = "filesystem", all(target_family = "wasm", feature = "embedded"))), allow(dead_code))]
pub(crate) const FILE_ACCESS: Template = template!(
    "and that <the file's folder itself is given to the component:\n\
     Spin: `files = [{ source = \"{folder}\", destination = \"{folder}\" }]` with `spin up --direct-mounts`, for a dependency also \
     `inherit_configuration = [\"files\"]`\n\
     wasmCloud: a volume with `mountPath: {folder}`\n\
     wasmtime: `--dir {folder}`|\
     you may read {path}|the user that the program runs as may read {path}>",
);

/// Names a user-assigned identity by its client id, in the default chain and in ManagedIdentityCredential.
pub(crate) const CHAIN_CLIENT_ID_IN_CODE: Phrase = phrase!(
    "in code: set-managed-identity(client-id(\"…\")) of credential-options|pass --managed-identity-client-id ID|\
     in code: DefaultAzureCredential(managed_identity_client_id=\"...\")|\
     in code: new DefaultAzureCredential({ managedIdentityClientId: \"...\" })",
);
pub(crate) const CLIENT_ID_IN_CODE: Phrase = phrase!(
    "in code: set-managed-identity(client-id(\"…\")) of credential-options|with --managed-identity-client-id ID|\
     in code: ManagedIdentityCredential(client_id=\"...\")|in code: new ManagedIdentityCredential({ clientId: \"...\" })",
);
pub(crate) const CHOOSE_SYSTEM_ASSIGNED: Phrase = phrase!(
    "choose system-assigned in code: set-managed-identity(system-assigned) of credential-options|\
     pass --managed-identity-system-assigned|\
     choose it in code: DefaultAzureCredential(managed_identity_system_assigned=True)|\
     choose it in code: new DefaultAzureCredential({ managedIdentitySystemAssigned: true })",
);
pub(crate) const PASS_DEFAULT_CLIENT_ID: Template = template!(
    "<Pass DEFAULT_IDENTITY_CLIENT_ID on to the component|Set DEFAULT_IDENTITY_CLIENT_ID>, as the platform sets it now\nOr: ",
);
pub(crate) const PASS_RESOURCE_ID: Template = template!(
    "Pass it as a resource id: <set-managed-identity(resource-id(\"…\")) of credential-options|--managed-identity-resource-id|\
     ManagedIdentityCredential(identity_config={\"resource_id\": \"...\"})|\
     managedIdentityResourceId, or resourceId of ManagedIdentityCredential>,\nor put the identity's client id in its place",
);
pub(crate) const ALLOW_TENANT: Phrase = phrase!(
    ",\nor in code: add-additionally-allowed-tenant of credential-options||\
     ,\nor in code: additionally_allowed_tenants=[\"...\"]|,\nor in code: additionallyAllowedTenants: [\"...\"]",
);
pub(crate) const OR_AUTHORITY_HOST: Phrase = phrase!(
    " (or set-authority-host of credential-options)|| (or the argument authority)| (or the option authorityHost)",
);

/// Allows a host that belongs to no known cloud.
pub(crate) const ALLOW_ANY_AUTHORITY: Template = template!(
    "<for AD FS or Azure Stack give the host in code, with |AD FS and Azure Stack can be used from code only|\
     for AD FS or Azure Stack give the host in code, with ><set-disable-instance-discovery(true) of credential-options||\
     disable_instance_discovery=True|disableInstanceDiscovery: true>",
);
pub(crate) const SEND_CERTIFICATE_CHAIN: Template = template!(
    "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN=1<, or in code set-send-certificate-chain(true)||\
     , or in code send_certificate_chain=True|, or in code sendCertificateChain: true>",
);
pub(crate) const NEW_TOKEN: Phrase = phrase!(
    "Get a new token and hand it over with set-token|Get a new token|\
     Let the get_token of the given credential return a new token|Let the getToken of the given credential return a new token",
);
pub(crate) const TOKEN_WITH_SCOPE: Template = template!(
    "Give the token with the scope that it is for<, the argument scope of credential.static-token and set-token|>",
);
pub(crate) const NEW_ASSERTION: Phrase = phrase!(
    "Get a new assertion and hand it over with set-assertion|Get a new assertion|\
     Let the function func return a new assertion each time|Let the function getAssertion return a new assertion each time",
);
pub(crate) const RECOVER_OR_PURGE: Template = template!(
    "Recover the deleted secret that has this name \
     (<begin-recover-deleted-secret|keyfob recover-secret|begin_recover_deleted_secret|beginRecoverDeletedSecret>), \
     or purge it permanently (<purge-deleted-secret|keyfob purge-secret|purge_deleted_secret|purgeDeletedSecret>)",
);
pub(crate) const LOOK_AT_SECRET: Template = template!(
    "Look with <get-secret|`keyfob get-secret`|get_secret|getSecret>, and call again after some seconds: \
     the vault has the secret already, or is changing it",
);
pub(crate) const TRUST_CHALLENGE: Template = template!(
    "\nFor an emulator or a private domain that you trust: <set-verify-challenge-resource(false) of client-options|\
     use a program, whose client can trust it|SecretClient(..., verify_challenge_resource=False)|\
     disableChallengeResourceVerification: true>",
);
