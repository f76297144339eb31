"""For the type checker alone: programs that use this package and the Azure SDK together. Not run."""

import azure.core.credentials
import azure.identity
import azure.keyvault.secrets
import azure.keyvault.secrets.aio
from azure.core.credentials import AccessToken

import keyfob.aio
import keyfob.identity
import keyfob.secrets

URL = "https://my-vault.vault.azure.net"

keyfob_credential = keyfob.identity.DefaultAzureCredential(managed_identity_client_id="x")
protocol: azure.core.credentials.TokenCredential = keyfob_credential
azure.keyvault.secrets.SecretClient(vault_url=URL, credential=keyfob_credential)
azure.keyvault.secrets.aio.SecretClient(URL, keyfob.aio.DefaultAzureCredential())
azure.identity.ChainedTokenCredential(keyfob_credential)

azure_credential = azure.identity.AzureCliCredential()
keyfob.secrets.SecretClient(vault_url=URL, credential=azure_credential)
chain = keyfob.identity.ChainedTokenCredential(azure_credential, keyfob_credential)
token: AccessToken = chain.get_token("x")

with keyfob.secrets.SecretClient(URL, chain) as client:
    for properties in client.list_properties_of_secrets():
        name: str = properties.name
    outcome = client.get_secrets(["a"])[0]
    if isinstance(outcome, keyfob.secrets.KeyVaultSecret):
        print(outcome.value)

provider = keyfob.identity.get_bearer_token_provider(azure_credential, "x")
text: str = provider()
keyfob.identity.ClientSecretCredential(
    "tenant", "client", "secret", authority=keyfob.identity.AzureAuthorityHosts.AZURE_GOVERNMENT, logging_enable=True
)
typed = keyfob.secrets.SecretClient(URL, chain, api_version=keyfob.secrets.ApiVersion.V7_6)
value = typed.get_secret("a", out_content_type=keyfob.secrets.ContentType.PEM, logging_enable=True).value


async def asynchronous() -> str:
    async with keyfob.aio.ChainedTokenCredential(keyfob.aio.EnvironmentCredential()) as credentials:
        return await keyfob.aio.get_bearer_token_provider(credentials, "x")()


async def asynchronous_client() -> None:
    async with keyfob.aio.SecretClient(vault_url=URL, credential=keyfob.aio.DefaultAzureCredential()) as vault:
        secret: keyfob.secrets.KeyVaultSecret = await vault.set_secret("a", "x", content_type="text/plain")
        await vault.update_secret_properties(secret.name, version=secret.properties.version, enabled=False)
        async for one in vault.list_properties_of_secrets(max_page_size=5):
            print(one.created_on)
        async for page in vault.list_deleted_secrets().by_page():
            async for deleted in page:
                print(deleted.recovery_id)
        removed: keyfob.secrets.DeletedSecret = await vault.delete_secret("a")
        await vault.purge_deleted_secret(removed.name)
        # The arguments are known to the type checker.
        await vault.get_secret(5)  # type: ignore[arg-type]
