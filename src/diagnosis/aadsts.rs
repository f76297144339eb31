//! What to change for each AADSTS code that a sign-in without a user meets.
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>

/// The codes, what Entra found wrong, and what to change. `{client}` stands for the client id, `{tenant}` for the tenant,
/// `{origin}` for where the secret, token or certificate comes from, `{renewal}` for how to get a new one, and `{send-chain}`
/// for the setting that sends a certificate's chain.
pub(super) const ADVICE: &[(&[u32], &str, &str)] = &[
    // ---- the application and its tenant ----
    (
        &[700_016, 70_001],
        "tenant {tenant} has no application {client}",
        "Check AZURE_CLIENT_ID and AZURE_TENANT_ID: one of them belongs to another application or tenant",
    ),
    (
        &[700_038],
        "{client} is no id of an application",
        "Set AZURE_CLIENT_ID to the application (client) id that the portal shows",
    ),
    (
        &[7_000_229],
        "tenant {tenant} has no service principal (enterprise application) of application {client}",
        "Add the application to the tenant, or check AZURE_TENANT_ID:\naz ad sp create --id {client}",
    ),
    (
        &[7_000_112],
        "the application {client} is disabled in tenant {tenant}",
        "Enable the application: portal > Microsoft Entra ID > Enterprise applications",
    ),
    (
        &[90_002, 900_023, 50_059, 50_128, 90_019],
        "there is no tenant {tenant}",
        "Check AZURE_TENANT_ID\nFor a cloud other than the public one, check AZURE_AUTHORITY_HOST",
    ),
    (
        &[50_194, 90_124, 90_130],
        "{tenant} stands for many tenants, and {client} is not for all of them",
        "Set AZURE_TENANT_ID to the id of the application's own tenant",
    ),
    (
        &[900_382, 90_038, 90_051, 90_043],
        "the token for tenant {tenant} was asked for in another cloud",
        "Set AZURE_AUTHORITY_HOST to the authority of the cloud that the tenant is in\n(Azure Government \
         https://login.microsoftonline.us, Azure China https://login.chinacloudapi.cn)",
    ),
    // ---- client secrets ----
    (
        &[7_000_215, 70_002],
        "the client secret from {origin} is wrong",
        "Use the secret's Value, not its Secret ID\nWithout the Value make a new secret: portal > Microsoft Entra ID > App \
         registrations > {client} > Certificates & secrets",
    ),
    (
        &[7_000_222],
        "the client secret from {origin} has expired",
        "Make a new client secret and set it:\naz ad app credential reset --id {client}\n(portal: Microsoft Entra ID > App \
         registrations > Certificates & secrets)",
    ),
    (
        &[700_025],
        "{client} is a public client, which has no secret and no certificate",
        "Turn `Allow public client flows` off (portal > Microsoft Entra ID > App registrations > {client} > Authentication),\n\
         or use another application",
    ),
    (
        &[7_000_216, 7_000_218],
        "no client secret and no assertion arrived at Entra, and Keyfob sent the one from {origin}",
        "Check the way to Entra, for example a proxy that changes requests",
    ),
    // ---- federated tokens ----
    (
        &[70_021, 70_023, 700_211, 700_212, 700_213, 7_002_138, 700_021, 700_023, 500_131],
        "no federated credential of {client} matches the token in {origin}",
        "Compare issuer, subject (system:serviceaccount:NAMESPACE:NAME) and audience (api://AzureADTokenExchange) of the token\n\
         with the identity's federated credentials, upper and lower case too\nA new one takes some minutes",
    ),
    (
        &[70_025],
        "{client} has no federated credential at all",
        "Add a federated credential for the token's issuer and subject, or check AZURE_CLIENT_ID\n\
         (portal: the identity > Federated credentials; or `az identity federated-credential create`)\n\
         A new one takes some minutes",
    ),
    (
        &[700_222, 700_226],
        "the token in {origin} was issued by Entra, which takes its own tokens as assertions from managed identities only",
        "Use a token of an issuer outside of Entra (a Kubernetes cluster, GitHub), or of a managed identity",
    ),
    (
        &[50_166, 90_061],
        "Entra could not read the keys of the issuer of the token in {origin}",
        "Check that the issuer is reached from the internet, with its /.well-known/openid-configuration and its keys",
    ),
    (
        &[700_024, 500_133],
        "the assertion from {origin} is not valid now: it has expired, or the clock is wrong",
        "{renewal}",
    ),
    (&[50_027, 5_002_727, 50_013], "there is no valid token in {origin}", "{renewal}"),
    // ---- certificates ----
    (
        &[700_027, 50_012],
        "{origin} is not registered with the application {client}",
        "Upload the certificate: portal > Microsoft Entra ID > App registrations > the application > Certificates & secrets",
    ),
    (
        &[1_000_502, 7_000_274],
        "{origin} has expired, or is not valid yet",
        "Make a new certificate, upload it to the app registration {client} and use it",
    ),
    (
        &[7_000_214, 7_000_277],
        "{origin} was revoked",
        "Make a new certificate, upload it to the app registration {client} and use it",
    ),
    (
        &[700_030],
        "the subject of {origin} is not authorized",
        "Use a certificate whose subject and issuer the app registration {client} trusts,\nand send its chain ({send-chain})",
    ),
    // ---- the scope and its resource ----
    (
        &[500_011, 50_001, 500_014, 650_052],
        "the scope names no resource of tenant {tenant}",
        "Set the scope to the resource's identifier and /.default, such as https://vault.azure.net/.default",
    ),
    (
        &[1_002_012, 70_011, 700_022, 28_002, 28_003, 9_010_010, 901_002],
        "the scope has a form that is not for sign-ins without a user",
        "Set one scope, the resource's identifier and /.default, such as https://vault.azure.net/.default",
    ),
    (
        &[65_001, 65_005, 650_056, 650_057, 90_094, 90_099],
        "{client} has no permission for the resource",
        "Grant it the application permission, with the consent of an administrator:\nportal > Microsoft \
         Entra ID > App registrations > {client} > API permissions\nKey Vault needs none",
    ),
    (
        &[501_051, 50_105],
        "tenant {tenant} gives tokens for the resource to assigned applications only, and {client} is not assigned",
        "Assign the application to the resource's enterprise application, or turn `Assignment required` off there",
    ),
    // ---- policies ----
    (
        &[53_000, 53_001, 53_003, 530_032, 530_035],
        "a Conditional Access policy for workload identities blocks {client}",
        "Ask the administrator of tenant {tenant}: the policy may allow certain addresses only\n\
         portal > Microsoft Entra ID > Sign-in logs > Service principal sign-ins names it",
    ),
    // ---- Entra itself ----
    (
        &[90_006, 90_012, 90_024, 90_033, 90_055, 90_090, 90_091],
        "Entra is busy or failing",
        "Call again in a minute: nothing has to be changed",
    ),
    (
        &[50_196],
        "{client} asked for the same token too often",
        "Keep the credential object and use it for all calls, so that tokens are cached",
    ),
    (
        &[90_004, 90_013, 90_014, 90_015, 90_023, 90_100, 900_144, 9_002_313],
        "Entra can't read the request",
        "Check the way to Entra, for example a proxy that changes requests, and the values of AZURE_TENANT_ID and \
         AZURE_CLIENT_ID",
    ),
];
