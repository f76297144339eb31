"""The story: the same script fails, and two cures and a laptop make it work."""

import os
import subprocess
import sys

import pytest
from conftest import USER_ASSIGNED, VALUE, Fake

from keyfob.exceptions import ClientAuthenticationError, CredentialUnavailableError
from keyfob.identity import DefaultAzureCredential
from keyfob.secrets import SecretClient

SCRIPT = """\
import os

from dotenv import load_dotenv
from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

load_dotenv()
client = SecretClient(vault_url=os.environ["KEYVAULT_URL"], credential=DefaultAzureCredential())
print(client.get_secret("secret-a").value)
"""
OURS = SCRIPT.replace("from azure.identity import", "from keyfob.identity import").replace(
    "from azure.keyvault.secrets import", "from keyfob.secrets import"
)


def run(script, folder):
    (folder / "script.py").write_text(script)
    return subprocess.run(
        [sys.executable, "script.py"], cwd=folder, env=dict(os.environ), capture_output=True, text=True, timeout=60
    )


def test_two_lines_differ():
    assert sum(a != b for a, b in zip(SCRIPT.splitlines(), OURS.splitlines())) == 2


def test_the_failure_names_the_cure(app_service, tmp_path):
    done = run(OURS, tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    hint = done.stderr.splitlines()[-1]
    assert hint.startswith("hint: ") and "AZURE_CLIENT_ID" in hint and "managed_identity_client_id" in hint
    # The official one fails too, and says nothing of it.
    official = run(SCRIPT, tmp_path)
    assert official.returncode == 1 and "AZURE_CLIENT_ID to the identity" not in official.stderr


def test_cure_in_configuration(app_service, tmp_path, monkeypatch):
    monkeypatch.setenv("AZURE_CLIENT_ID", USER_ASSIGNED)
    for script in (OURS, SCRIPT):
        done = run(script, tmp_path)
        assert (done.returncode, done.stdout) == (0, VALUE + "\n"), done.stderr


def test_cure_in_a_file(app_service, tmp_path):
    (tmp_path / ".env").write_text(f"# of this laptop\nAZURE_CLIENT_ID={USER_ASSIGNED}\n")
    done = run(OURS, tmp_path)
    assert (done.returncode, done.stdout) == (0, VALUE + "\n"), done.stderr


def test_cure_in_code(app_service):
    credential = DefaultAzureCredential(managed_identity_client_id=USER_ASSIGNED)
    secret = SecretClient(vault_url=os.environ["KEYVAULT_URL"], credential=credential).get_secret("secret-a")
    assert (secret.value, secret.credential, secret.source) == (VALUE, "ManagedIdentityCredential", "App Service")
    assert secret.properties.expires_on.timestamp() == 1_900_000_000
    log = app_service.log()
    assert log.count("POST") + log.count("GET") == 2, log


def test_what_the_exception_tells(app_service):
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
    assert str(error) == f"{error.message}\nhint: {error.hint}"
    assert "a WebAssembly component" in error.attempts[-1].message


def test_the_environment_is_that_of_the_making(app_service: Fake, monkeypatch):
    credential = DefaultAzureCredential(managed_identity_client_id=USER_ASSIGNED)
    monkeypatch.delenv("IDENTITY_ENDPOINT")
    assert SecretClient(os.environ["KEYVAULT_URL"], credential).get_secret("secret-a").value == VALUE
