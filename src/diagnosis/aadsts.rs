//! What to change for each AADSTS code that a sign-in without a user meets.
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>

/// The codes, and their advice: first what to change, then what Entra found wrong. `{client}` stands for the client id,
/// `{tenant}` for the tenant, `{origin}` for where the secret, token or certificate comes from, and `{renewal}` for how to get
/// a new one.
pub(super) const ADVICE: &[(&[u32], &str)] = &[
    // ---- the application and its tenant ----
    (&[700_016, 70_001], "Check AZURE_CLIENT_ID and AZURE_TENANT_ID: tenant {tenant} has no application {client}"),
    (
        &[700_038],
        "Set AZURE_CLIENT_ID to the application (client) id that the portal shows: {client} is no id of an application",
    ),
    (
        &[7_000_229],
        "Add the application to the tenant with `az ad sp create --id {client}`, or check AZURE_TENANT_ID: tenant {tenant} has \
         no service principal (enterprise application) of application {client}",
    ),
    (
        &[7_000_112],
        "Enable the application {client}, which is disabled in tenant {tenant}: portal > Microsoft Entra ID > Enterprise applications",
    ),
    (
        &[90_002, 900_023, 50_059, 50_128, 90_019],
        "Check AZURE_TENANT_ID: there is no tenant {tenant}. For a cloud other than the public one, check AZURE_AUTHORITY_HOST",
    ),
    (
        &[50_194, 90_124, 90_130],
        "Set AZURE_TENANT_ID to the id of the application's own tenant: {tenant} stands for many tenants, and {client} is not \
         for all of them",
    ),
    (
        &[900_382, 90_038, 90_051, 90_043],
        "Set AZURE_AUTHORITY_HOST to the authority of the cloud that tenant {tenant} is in (Azure Government \
         https://login.microsoftonline.us, Azure China https://login.chinacloudapi.cn): the token was asked for in another cloud",
    ),
    // ---- client secrets ----
    (
        &[7_000_215, 70_002],
        "Use the secret's Value, not its Secret ID: the client secret from {origin} is wrong. Without the Value make a new \
         secret: portal > Microsoft Entra ID > App registrations > {client} > Certificates & secrets",
    ),
    (
        &[7_000_222],
        "Make a new client secret and set it: the one from {origin} has expired. Use the portal (Microsoft Entra ID > App \
         registrations > {client} > Certificates & secrets) or `az ad app credential reset --id {client}`",
    ),
    (
        &[700_025],
        "Turn `Allow public client flows` off (portal > Microsoft Entra ID > App registrations > {client} > Authentication), or \
         use another application: {client} is a public client, which has no secret and no certificate",
    ),
    (
        &[7_000_216, 7_000_218],
        "Check the way to Entra, for example a proxy that changes requests: no client secret and no assertion arrived, and \
         Keyfob sent the one from {origin}",
    ),
    // ---- federated tokens ----
    (
        &[70_021, 70_023, 700_211, 700_212, 700_213, 7_002_138, 700_021, 700_023, 500_131],
        "Compare issuer, subject (system:serviceaccount:NAMESPACE:NAME) and audience (api://AzureADTokenExchange) of the token \
         with the identity's federated credentials, upper and lower case too: no federated credential of {client} matches the \
         token in {origin}. A new one takes some minutes",
    ),
    (
        &[70_025],
        "Add a federated credential for the token's issuer and subject, or check AZURE_CLIENT_ID: {client} has none at all. A \
         new one takes some minutes. Portal: the identity > Federated credentials; or `az identity federated-credential create`",
    ),
    (
        &[700_222, 700_226],
        "Use a token of an issuer outside of Entra (a Kubernetes cluster, GitHub), or of a managed identity: the token in \
         {origin} was issued by Entra, which takes its own tokens as assertions from managed identities only",
    ),
    (
        &[50_166, 90_061],
        "Check that the issuer of the token is reached from the internet, with its /.well-known/openid-configuration and its \
         keys: Entra could not read them. The token is in {origin}",
    ),
    (
        &[700_024, 500_133],
        "{renewal}. The assertion from {origin} is not valid now: it has expired, or the clock is wrong",
    ),
    (&[50_027, 5_002_727, 50_013], "{renewal}. There is no valid token in {origin}"),
    // ---- certificates ----
    (
        &[700_027, 50_012],
        "Upload the certificate (portal > Microsoft Entra ID > App registrations > {client} > Certificates & secrets): {origin} \
         is not registered with {client}",
    ),
    (
        &[1_000_502, 7_000_274],
        "Make a new certificate, upload it to the app registration {client} and use it: the one from {origin} has expired, or is \
         not valid yet",
    ),
    (
        &[7_000_214, 7_000_277],
        "Make a new certificate, upload it to the app registration {client} and use it: the one from {origin} was revoked",
    ),
    (
        &[700_030],
        "Use a certificate whose subject and issuer the app registration {client} trusts, and send its chain (the option \
         send-certificate-chain): the subject of the one from {origin} is not authorized",
    ),
    // ---- the scope and its resource ----
    (
        &[500_011, 50_001, 500_014, 650_052],
        "Set the scope to the resource's identifier and /.default, such as https://vault.azure.net/.default: it names no \
         resource of this tenant",
    ),
    (
        &[1_002_012, 70_011, 700_022, 28_002, 28_003, 9_010_010, 901_002],
        "Set one scope, the resource's identifier and /.default, such as https://vault.azure.net/.default: without a user there \
         is no other form",
    ),
    (
        &[65_001, 65_005, 650_056, 650_057, 90_094, 90_099],
        "Grant {client} the application permission for the resource, with the consent of an administrator: portal > Microsoft \
         Entra ID > App registrations > {client} > API permissions. Key Vault needs none",
    ),
    (
        &[501_051, 50_105],
        "Assign {client} to the resource's enterprise application, or turn `Assignment required` off there: tenant {tenant} \
         gives tokens for it to assigned applications only",
    ),
    // ---- policies ----
    (
        &[53_000, 53_001, 53_003, 530_032, 530_035],
        "Ask the administrator of tenant {tenant}: a Conditional Access policy for workload identities blocks {client}. The \
         policy may allow certain addresses only; portal > Microsoft Entra ID > Sign-in logs > Service principal sign-ins names it",
    ),
    // ---- Entra itself ----
    (
        &[90_006, 90_012, 90_024, 90_033, 90_055, 90_090, 90_091],
        "Call again in a minute: Entra is busy or failing, and nothing has to be changed",
    ),
    (
        &[50_196],
        "Keep the credential object and use it for all calls, so that tokens are cached: {client} asked for the same token too often",
    ),
    (
        &[90_004, 90_013, 90_014, 90_015, 90_023, 90_100, 900_144, 9_002_313],
        "Check the way to Entra, for example a proxy that changes requests, and the values of AZURE_TENANT_ID and \
         AZURE_CLIENT_ID: Entra can't read the request",
    ),
];
