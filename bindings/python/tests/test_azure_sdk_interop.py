"""Credentials, clients and exceptions of the Azure SDK together with this package's."""

import os
import subprocess
import sys

import azure.core.exceptions
import azure.identity
import azure.identity.aio
import azure.keyvault.secrets
import azure.keyvault.secrets.aio
import pytest
from conftest import SCOPE, SECRET_VALUE, USER_ASSIGNED_CLIENT_ID

import keyfob.aio
import keyfob.exceptions
from keyfob.identity import ChainedTokenCredential, DefaultAzureCredential, ManagedIdentityCredential
from keyfob.secrets import SecretClient



@pytest.mark.parametrize(
    # Those of token requests have two bases: see test_errors.py.
    "name",
    [name for name in vars(keyfob.exceptions) if name.endswith("Error") and not name.startswith("Token")],
)
def test_exceptions_subclass_azure_sdk_exceptions(name):
    keyfob_class = getattr(keyfob.exceptions, name)
    azure_class = getattr(azure.core.exceptions, name, getattr(azure.identity, name, azure.core.exceptions.AzureError))
    assert name in ("ServiceError", "InvalidArgumentError") or azure_class.__name__ == name
    assert name == "ServiceError" or issubclass(keyfob_class, azure_class)


def test_except_clause_for_azure_sdk_exception(fake_vaults):
    client = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential())
    with pytest.raises(azure.core.exceptions.ResourceNotFoundError) as raised:
        client.get_secret("missing")
    assert (raised.value.status_code, raised.value.reason, raised.value.response.status_code) == (404, "Not Found", 404)


def test_azure_client_with_keyfob_credential(app_service):
    credential = DefaultAzureCredential(managed_identity_client_id=USER_ASSIGNED_CLIENT_ID)
    assert isinstance(credential, azure.core.credentials.TokenCredential)
    assert isinstance(credential, azure.core.credentials.SupportsTokenInfo)
    assert isinstance(credential.get_token_info(SCOPE), azure.core.credentials.AccessTokenInfo)
    with azure.keyvault.secrets.SecretClient(os.environ["KEYVAULT_URL"], credential) as client:
        assert client.get_secret("secret-a").value == SECRET_VALUE


def test_azure_chain_with_keyfob_credentials(app_service):
    chain = azure.identity.ChainedTokenCredential(
        keyfob.identity.EnvironmentCredential(), ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)
    )
    assert chain.get_token(SCOPE).token.count(".") == 2


def test_keyfob_client_with_azure_credential(app_service):
    credential = azure.identity.ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)
    secret = SecretClient(os.environ["KEYVAULT_URL"], credential).get_secret("secret-a")
    assert (secret.value, secret.credential) == (SECRET_VALUE, "TokenProvider")


def test_keyfob_chain_with_azure_credentials(app_service):
    unavailable = azure.identity.EnvironmentCredential()
    chain = ChainedTokenCredential(
        unavailable, azure.identity.ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)
    )
    assert SecretClient(os.environ["KEYVAULT_URL"], chain).get_secret("secret-a").value == SECRET_VALUE
    with pytest.raises(azure.identity.CredentialUnavailableError, match="EnvironmentCredential") as raised:
        ChainedTokenCredential(unavailable).get_token(SCOPE)
    assert isinstance(raised.value.inner_exception, azure.identity.CredentialUnavailableError)
    assert not isinstance(raised.value.inner_exception, keyfob.exceptions.AzureError)


def test_azure_credential_error_is_the_cause(app_service):
    client = SecretClient(os.environ["KEYVAULT_URL"], azure.identity.ManagedIdentityCredential())
    with pytest.raises(azure.core.exceptions.ClientAuthenticationError, match="ManagedIdentityCredential: ") as raised:
        client.get_secret("secret-a")
    assert isinstance(raised.value.inner_exception, azure.core.exceptions.ClientAuthenticationError)


def test_token_request_options_reach_custom_credential(fake_vaults):
    requests = []

    class CustomCredential:
        def get_token(self, *scopes, claims=None, tenant_id=None, enable_cae=False):
            requests.append((scopes, claims, tenant_id, enable_cae))
            return ManagedIdentityCredential().get_token(*scopes)

    client = SecretClient("https://my-vault.vault.azure.net", CustomCredential())
    client.set_secret("a", "x")
    client.get_secret("a")
    assert requests == [((SCOPE,), None, None, True)]
    chain = ChainedTokenCredential(CustomCredential())
    chain.get_token(SCOPE, tenant_id="contoso.com", claims='{"access_token":{}}')
    assert requests[1:] == [((SCOPE,), '{"access_token":{}}', "contoso.com", False)]


def test_reentrant_credential_is_rejected(fake_vaults):
    class Reentrant:
        def get_token(self, *scopes, **options):
            return client.get_secret("a")

    client = SecretClient("https://my-vault.vault.azure.net", Reentrant())
    with pytest.raises(
        keyfob.exceptions.ClientAuthenticationError, match="must not use a client or chain that depends on it"
    ):
        client.get_secret("a")


@pytest.mark.parametrize(
    "returned, message",
    [
        (None, "it returned NoneType"),
        (azure.core.credentials.AccessToken(b"bytes", 2_000_000_000), "a token needs the attributes"),
        (azure.core.credentials.AccessToken("\ud800", 2_000_000_000), "holds characters that no token has"),
        (azure.core.credentials.AccessToken("t", "soon"), "soon"),
        (azure.core.credentials.AccessToken("", 2_000_000_000), "empty"),
    ],
)
def test_invalid_token_from_custom_credential(fake_vaults, returned, message):
    class InvalidCredential:
        def get_token(self, *scopes, **options):
            return returned

    client = SecretClient("https://my-vault.vault.azure.net", InvalidCredential())
    before = client._pool.first.instance
    with pytest.raises(keyfob.exceptions.AzureError, match=message):
        client.get_secret("a")
    assert client._pool.first.instance is before


def test_works_without_azure_sdk(app_service):
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
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout == "credential-unavailable\n", result.stderr
