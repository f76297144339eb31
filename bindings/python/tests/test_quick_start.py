"""The same script on App Service with a user-assigned identity: it fails, and works with each of three fixes."""

import os
import subprocess
import sys

import pytest
from conftest import SECRET_VALUE, USER_ASSIGNED_CLIENT_ID, FakeAzure

from keyfob.exceptions import ClientAuthenticationError, CredentialUnavailableError
from keyfob.identity import DefaultAzureCredential
from keyfob.secrets import SecretClient

AZURE_SDK_SCRIPT = """\
import os

from dotenv import load_dotenv
from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

load_dotenv()
client = SecretClient(vault_url=os.environ["KEYVAULT_URL"], credential=DefaultAzureCredential())
print(client.get_secret("secret-a").value)
"""
KEYFOB_SCRIPT = AZURE_SDK_SCRIPT.replace("from azure.identity import", "from keyfob.identity import").replace(
    "from azure.keyvault.secrets import", "from keyfob.secrets import"
)


def run(script, folder):
    (folder / "script.py").write_text(script)
    return subprocess.run(
        [sys.executable, "script.py"], cwd=folder, env=dict(os.environ), capture_output=True, text=True, timeout=60
    )


def test_scripts_differ_in_two_import_lines():
    assert sum(a != b for a, b in zip(AZURE_SDK_SCRIPT.splitlines(), KEYFOB_SCRIPT.splitlines())) == 2


def test_failure_hint_names_the_fix(app_service, tmp_path):
    result = run(KEYFOB_SCRIPT, tmp_path)
    assert result.returncode == 1 and result.stdout == ""
    fix = result.stderr.partition("\nFix:\n")[2]
    assert "AZURE_CLIENT_ID" in fix and "managed_identity_client_id" in fix and "\n\n" not in fix
    # The program's place, this package's frame that hides the others, and no causes.
    assert result.stderr.count("Traceback") == 1 and result.stderr.count('File "') == 2
    # With the Azure SDK the script fails too, and its error does not name the fix.
    azure_result = run(AZURE_SDK_SCRIPT, tmp_path)
    assert azure_result.returncode == 1 and "AZURE_CLIENT_ID to the identity" not in azure_result.stderr


def test_text_of_the_failure(app_service):
    with pytest.raises(CredentialUnavailableError) as raised:
        DefaultAzureCredential().get_token("https://vault.azure.net/.default")
    lines = str(raised.value).splitlines()
    assert lines[:7] == [
        "DefaultAzureCredential: App Service must be told which identity to use.",
        "",
        "Attempted credentials:",
        "  EnvironmentCredential       not set: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET",
        "  WorkloadIdentityCredential  not set: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE",
        "  ManagedIdentityCredential   App Service answered 400: Unable to load the proper Managed Identity.",
        "  (SharedTokenCache, VisualStudioCode, AzureCli, AzurePowerShell, AzureDeveloperCli, Broker: not in a component; "
        "on a laptop: keyfob dev-identity)",
    ]
    assert lines[7:9] == ["", "Fix:"] and len(lines) < 16
    assert '  or in code: DefaultAzureCredential(managed_identity_client_id="...")' in lines


def test_fix_in_app_settings(app_service, tmp_path, monkeypatch):
    monkeypatch.setenv("AZURE_CLIENT_ID", USER_ASSIGNED_CLIENT_ID)
    for script in (KEYFOB_SCRIPT, AZURE_SDK_SCRIPT):
        result = run(script, tmp_path)
        assert (result.returncode, result.stdout) == (0, SECRET_VALUE + "\n"), result.stderr


def test_fix_in_dotenv_file(app_service, tmp_path):
    (tmp_path / ".env").write_text(f"# of this laptop\nAZURE_CLIENT_ID={USER_ASSIGNED_CLIENT_ID}\n")
    result = run(KEYFOB_SCRIPT, tmp_path)
    assert (result.returncode, result.stdout) == (0, SECRET_VALUE + "\n"), result.stderr


def test_fix_in_code(app_service):
    credential = DefaultAzureCredential(managed_identity_client_id=USER_ASSIGNED_CLIENT_ID)
    secret = SecretClient(vault_url=os.environ["KEYVAULT_URL"], credential=credential).get_secret("secret-a")
    assert (secret.value, secret.credential, secret.source) == (
        SECRET_VALUE,
        "ManagedIdentityCredential",
        "App Service",
    )
    assert secret.properties.expires_on.timestamp() == 1_900_000_000
    log = app_service.log()
    assert log.count("POST") + log.count("GET") == 2, log


def test_exception_attributes(app_service):
    client = SecretClient(os.environ["KEYVAULT_URL"], DefaultAzureCredential())
    with pytest.raises(CredentialUnavailableError) as raised:
        client.get_secret("secret-a")
    error = raised.value
    assert isinstance(error, ClientAuthenticationError)
    assert error.kind == "credential-unavailable"
    assert [attempt.credential for attempt in error.attempts][:3] == [
        "EnvironmentCredential",
        "WorkloadIdentityCredential",
        "ManagedIdentityCredential",
    ]
    assert str(error) == error.message
    assert error.message.startswith(error.summary + "\n\nAttempted credentials:\n  EnvironmentCredential       ")
    assert error.attempts[-1].outcome == "not-supported" and " component" in error.attempts[-1].message


def test_environment_is_read_when_credential_is_created(app_service: FakeAzure, monkeypatch):
    credential = DefaultAzureCredential(managed_identity_client_id=USER_ASSIGNED_CLIENT_ID)
    monkeypatch.delenv("IDENTITY_ENDPOINT")
    assert SecretClient(os.environ["KEYVAULT_URL"], credential).get_secret("secret-a").value == SECRET_VALUE
