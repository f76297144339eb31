"""The public names of the Azure SDK, with their members, and results that a program's tests make."""

import enum
import inspect
import types
from datetime import datetime, timezone

import azure.identity
import azure.identity.aio
import azure.keyvault.secrets
import azure.keyvault.secrets.aio
import pytest
from conftest import ROOT
from servers import SECRET, Vault

import keyfob.identity
import keyfob.identity.aio
import keyfob.secrets
import keyfob.secrets.aio

URL = "https://my-vault.vault.azure.net"

# Credentials that start a process, open a browser or ask a person, and their options and records.
INTERACTIVE = {
    "AuthenticationRecord",
    "AuthenticationRequiredError",
    "AuthorizationCodeCredential",
    "AzureCliCredential",
    "AzureDeveloperCliCredential",
    "AzurePipelinesCredential",
    "AzurePowerShellCredential",
    "DeviceCodeCredential",
    "InteractiveBrowserCredential",
    "OnBehalfOfCredential",
    "SharedTokenCacheCredential",
    "TokenCachePersistenceOptions",
    "UsernamePasswordCredential",
    "VisualStudioCodeCredential",
}
MODULES = [
    (azure.identity, keyfob.identity),
    (azure.identity.aio, keyfob.identity.aio),
    (azure.keyvault.secrets, keyfob.secrets),
    (azure.keyvault.secrets.aio, keyfob.secrets.aio),
]
# Of azure-core's pipeline, which this package does not have.
PIPELINE = {"send_request"}


@pytest.mark.parametrize("theirs, ours", MODULES, ids=[theirs.__name__ for theirs, _ in MODULES])
def test_every_name_exists(theirs, ours):
    missing = {name for name in theirs.__all__ if not hasattr(ours, name)}
    assert missing == {name for name in theirs.__all__ if name in INTERACTIVE}
    absent = (ROOT / "bindings/python/README.md").read_text().partition("are absent:")[2].partition("\n## ")[0]
    assert all(f"`{name}`" in absent for name in missing)
    for name in set(theirs.__all__) - missing:
        their, our = getattr(theirs, name), getattr(ours, name)
        if inspect.isclass(their):
            public = {one for one in dir(their) if not one.startswith("_")} - PIPELINE
            assert public - set(dir(our)) == set(), name
        if inspect.isclass(their) and issubclass(their, enum.Enum):
            assert {one.name: one.value for one in our} == {one.name: one.value for one in their}
            assert all(our[one.name.lower()] is getattr(our, one.name.lower()) is our[one.name] for one in their)


def test_authority_hosts():
    for name in ("AZURE_CHINA", "AZURE_GOVERNMENT", "AZURE_PUBLIC_CLOUD"):
        assert getattr(keyfob.identity.KnownAuthorities, name) == getattr(azure.identity.AzureAuthorityHosts, name)
    with pytest.warns(DeprecationWarning):
        assert keyfob.identity.AzureAuthorityHosts.AZURE_GERMANY == "login.microsoftonline.de"
    with pytest.raises(AttributeError):
        keyfob.identity.AzureAuthorityHosts.AZURE_MOON


def test_enumerations_reach_the_vault():
    with Vault(SECRET) as vault:
        client = vault.client(api_version=keyfob.secrets.ApiVersion.V2025_07_01)
        client.get_secret("a", out_content_type=keyfob.secrets.ContentType.PEM)
        azure_type = azure.keyvault.secrets.ContentType.PEM
        client.get_secret("a", out_content_type=azure_type)
    for request in vault.requests[-2:]:
        assert b"api-version=2025-07-01" in request and b"outContentType=application%2Fx-pem-file" in request


def test_results_made_by_a_test():
    for package in (keyfob.secrets, azure.keyvault.secrets):
        attributes = types.SimpleNamespace(
            enabled=True,
            not_before=None,
            expires=datetime(2030, 1, 1, tzinfo=timezone.utc),
            created=datetime(2020, 1, 1, tzinfo=timezone.utc),
            updated=None,
            recoverable_days=90,
            recovery_level="Purgeable",
        )
        properties = package.SecretProperties(attributes, f"{URL}/secrets/a/1", content_type="text", tags={"x": "y"})
        assert (properties.name, properties.version, properties.vault_url, properties.tags) == ("a", "1", URL, {"x": "y"})
        assert (properties.enabled, properties.not_before, properties.expires_on.year) == (True, None, 2030)
        assert (properties.recoverable_days, properties.content_type, properties.key_id) == (90, "text", None)
        secret = package.KeyVaultSecret(properties, "v")
        assert (secret.name, secret.value, secret.properties) == ("a", "v", properties)
        deleted = package.DeletedSecret(properties, deleted_date=attributes.created, recovery_id=f"{URL}/deletedsecrets/a")
        assert (deleted.deleted_date.year, deleted.scheduled_purge_date, deleted.name) == (2020, None, "a")
    assert keyfob.secrets.SecretProperties().name == ""
