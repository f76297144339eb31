"""Environment variables: which the component sees, and those that are not UTF-8."""

import os
import re

import pytest
from conftest import CREDENTIALS, ROOT, SCOPE, SECRET_VALUE, USER_ASSIGNED_CLIENT_ID, read_secret

from keyfob._component import environment
from keyfob._component.host import Host
from keyfob.exceptions import InvalidArgumentError
from keyfob.identity import (
    ChainedTokenCredential,
    DefaultAzureCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from keyfob.secrets import SecretClient

NOT_UTF8 = os.fsdecode(b"s3cret-\xff")
VARIABLES = {
    "default": environment.DEFAULT_CHAIN_VARIABLES,
    "environment": environment.ENVIRONMENT_VARIABLES,
    "managed identity": environment.MANAGED_IDENTITY_VARIABLES,
    "workload identity": environment.WORKLOAD_IDENTITY_VARIABLES,
    "client secret": environment.ENTRA_VARIABLES,
    "certificate": environment.ENTRA_VARIABLES,
    "client assertion": environment.ENTRA_VARIABLES,
}


@pytest.mark.parametrize(
    "credential, variable", [(name, variable) for name in CREDENTIALS for variable in sorted(VARIABLES[name])]
)
def test_variable_that_is_not_utf8(monkeypatch, credential, variable):
    monkeypatch.setenv(variable, NOT_UTF8)
    created = CREDENTIALS[credential]()
    for call in (
        lambda: created.get_token(SCOPE),
        created.explain,
        lambda: SecretClient("https://my-vault.vault.azure.net", created),
        lambda: ChainedTokenCredential(created).get_token(SCOPE),
    ):
        with pytest.raises(InvalidArgumentError, match=f"variable {variable} is not UTF-8") as raised:
            call()
        assert variable in raised.value.hint and "s3cret" not in str(raised.value)


def test_variable_of_a_client_that_is_not_utf8(app_service, monkeypatch):
    credential = ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)
    monkeypatch.setenv("KEYFOB_ALLOW_LOOPBACK_HTTP", NOT_UTF8)
    with pytest.raises(InvalidArgumentError, match="variable KEYFOB_ALLOW_LOOPBACK_HTTP is not UTF-8"):
        SecretClient(os.environ["KEYVAULT_URL"], credential)


def test_other_variables_may_hold_any_bytes(app_service, monkeypatch):
    monkeypatch.setenv("OTHER", NOT_UTF8)
    # This credential does not read this variable.
    monkeypatch.setenv("AZURE_CLIENT_SECRET", NOT_UTF8)
    assert read_secret(ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)) == SECRET_VALUE


def test_variable_with_text_beyond_ascii(monkeypatch):
    monkeypatch.setenv("AZURE_CLIENT_ID", "ü")
    with pytest.raises(InvalidArgumentError, match="AZURE_CLIENT_ID") as raised:
        WorkloadIdentityCredential(tenant_id="contoso", token_file_path="/nowhere").get_token(SCOPE)
    assert "UTF-8" not in str(raised.value)


def test_every_variable_that_the_component_reads_is_listed():
    sources = [path.read_text() for path in (ROOT / "src").rglob("*.rs") if "tests" not in path.name]
    names = set(re.findall(r'"((?:AZURE|DEFAULT|IDENTITY|IMDS|KEYFOB|MSI)_[A-Z_]+)"', "\n".join(sources)))
    # The last one is set by this package.
    assert names == environment.DEFAULT_CHAIN_VARIABLES | {"KEYFOB_LANGUAGE"}


def test_component_sees_only_its_variables(monkeypatch):
    seen = []
    monkeypatch.setattr(Host, "environment", lambda host: seen.append(host.variables) or host.variables)
    monkeypatch.setenv("DATABASE_PASSWORD", "s3cret")
    monkeypatch.setenv("AZURE_CLIENT_ID", USER_ASSIGNED_CLIENT_ID)
    DefaultAzureCredential().explain()
    assert ("KEYFOB_LANGUAGE", "python") in seen[0]
    assert seen and "s3cret" not in repr(seen) and ("AZURE_CLIENT_ID", USER_ASSIGNED_CLIENT_ID) in seen[0]
