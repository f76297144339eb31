"""The Azure SDK's packages and this one, in both directions."""

import os
import subprocess
import sys

import azure.core.exceptions
import azure.identity
import azure.identity.aio
import azure.keyvault.secrets
import azure.keyvault.secrets.aio
import pytest
from conftest import USER_ASSIGNED, VALUE

import keyfob.aio
import keyfob.exceptions
from keyfob.identity import ChainedTokenCredential, DefaultAzureCredential, ManagedIdentityCredential
from keyfob.secrets import SecretClient

SCOPE = "https://vault.azure.net/.default"


@pytest.mark.parametrize("name", [name for name in vars(keyfob.exceptions) if name.endswith("Error")])
def test_each_exception_is_the_official_one_of_its_name(name):
    ours = getattr(keyfob.exceptions, name)
    official = getattr(azure.core.exceptions, name, getattr(azure.identity, name, azure.core.exceptions.AzureError))
    assert name in ("ServiceError", "InvalidArgumentError") or official.__name__ == name
    assert name == "ServiceError" or issubclass(ours, official)


def test_official_clauses_catch(vaults):
    client = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential())
    with pytest.raises(azure.core.exceptions.ResourceNotFoundError) as raised:
        client.get_secret("missing")
    assert (raised.value.status_code, raised.value.reason, raised.value.response) == (404, None, None)


def test_the_official_client_takes_our_credential(app_service):
    credential = DefaultAzureCredential(managed_identity_client_id=USER_ASSIGNED)
    assert isinstance(credential, azure.core.credentials.TokenCredential)
    assert isinstance(credential, azure.core.credentials.SupportsTokenInfo)
    assert isinstance(credential.get_token_info(SCOPE), azure.core.credentials.AccessTokenInfo)
    with azure.keyvault.secrets.SecretClient(os.environ["KEYVAULT_URL"], credential) as client:
        assert client.get_secret("secret-a").value == VALUE


def test_an_official_chain_takes_our_credentials(app_service):
    chain = azure.identity.ChainedTokenCredential(
        keyfob.identity.EnvironmentCredential(), ManagedIdentityCredential(client_id=USER_ASSIGNED)
    )
    assert chain.get_token(SCOPE).token.count(".") == 2


def test_our_client_takes_an_official_credential(app_service):
    credential = azure.identity.ManagedIdentityCredential(client_id=USER_ASSIGNED)
    secret = SecretClient(os.environ["KEYVAULT_URL"], credential).get_secret("secret-a")
    assert (secret.value, secret.credential) == (VALUE, "TokenProvider")


def test_our_chain_takes_official_credentials(app_service):
    unavailable = azure.identity.EnvironmentCredential()
    chain = ChainedTokenCredential(unavailable, azure.identity.ManagedIdentityCredential(client_id=USER_ASSIGNED))
    assert SecretClient(os.environ["KEYVAULT_URL"], chain).get_secret("secret-a").value == VALUE
    with pytest.raises(azure.identity.CredentialUnavailableError, match="EnvironmentCredential: ") as raised:
        ChainedTokenCredential(unavailable).get_token(SCOPE)
    assert isinstance(raised.value.__cause__, azure.identity.CredentialUnavailableError)
    assert not isinstance(raised.value.__cause__, keyfob.exceptions.AzureError)


def test_what_an_official_credential_fails_with_is_the_cause(app_service):
    client = SecretClient(os.environ["KEYVAULT_URL"], azure.identity.ManagedIdentityCredential())
    with pytest.raises(azure.core.exceptions.ClientAuthenticationError, match="ManagedIdentityCredential: ") as raised:
        client.get_secret("secret-a")
    assert isinstance(raised.value.__cause__, azure.core.exceptions.ClientAuthenticationError)


def test_claims_and_tenants_reach_a_credential_of_the_program(vaults):
    asked = []

    class Given:
        def get_token(self, *scopes, claims=None, tenant_id=None, enable_cae=False):
            asked.append((scopes, claims, tenant_id, enable_cae))
            return ManagedIdentityCredential().get_token(*scopes)

    client = SecretClient("https://my-vault.vault.azure.net", Given())
    client.set_secret("a", "x")
    client.get_secret("a")
    assert asked == [((SCOPE,), None, None, True)]
    chain = ChainedTokenCredential(Given())
    chain.get_token(SCOPE, tenant_id="contoso.com", claims='{"access_token":{}}')
    assert asked[1:] == [((SCOPE,), '{"access_token":{}}', "contoso.com", False)]


def test_a_credential_that_comes_again_is_told_so(vaults):
    class Again:
        def get_token(self, *scopes, **options):
            return client.get_secret("a")

    client = SecretClient("https://my-vault.vault.azure.net", Again())
    with pytest.raises(keyfob.exceptions.ClientAuthenticationError, match="in use by the very call"):
        client.get_secret("a")


@pytest.mark.parametrize(
    "given, told",
    [
        (None, "it gave NoneType"),
        (azure.core.credentials.AccessToken(b"bytes", 2_000_000_000), "a token has the attributes"),
        (azure.core.credentials.AccessToken("\ud800", 2_000_000_000), "holds characters that no token has"),
        (azure.core.credentials.AccessToken("t", "soon"), "soon"),
        (azure.core.credentials.AccessToken("", 2_000_000_000), "empty"),
    ],
)
def test_what_is_no_token(vaults, given, told):
    class Wrong:
        def get_token(self, *scopes, **options):
            return given

    client = SecretClient("https://my-vault.vault.azure.net", Wrong())
    before = client._guest._instance
    with pytest.raises(keyfob.exceptions.AzureError, match=told):
        client.get_secret("a")
    assert client._guest._instance is before


def test_no_sdk_is_needed(app_service):
    script = (
        "import sys\n"
        "sys.modules['azure'] = None\n"
        "import os, keyfob.exceptions\n"
        "from keyfob.identity import DefaultAzureCredential\n"
        "from keyfob.secrets import SecretClient\n"
        "assert keyfob.exceptions.AzureError.__bases__ == (Exception,)\n"
        "assert keyfob.identity.AccessToken('t', 1).expires_on == 1\n"
        "try: SecretClient(os.environ['KEYVAULT_URL'], DefaultAzureCredential()).get_secret('secret-a')\n"
        "except keyfob.exceptions.HttpResponseError as error: print(error.kind)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "credential-unavailable\n", done.stderr
