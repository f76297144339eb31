"""Fixtures: a clean environment, and a fake Azure with its proxy, certificate authority and environment variables."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest

from keyfob._component.pending_request import PendingRequest
from keyfob.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from keyfob.secrets import SecretClient

ROOT = Path(__file__).resolve().parents[3]
KEYFOB = Path(os.environ["KEYFOB"])
USER_ASSIGNED_CLIENT_ID = "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08"
SECRET_VALUE = "the value of secret-a"
SCOPE = "https://vault.azure.net/.default"
WHO = ("contoso", USER_ASSIGNED_CLIENT_ID)


def federated_token() -> str:
    """A token with the form of one of Kubernetes."""
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, {"sub": "a"})] + [b"signature"]
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts).decode()


# Each credential that is no chain of the program, by a name for tests, with the keyword arguments of its class.
CREDENTIALS: Dict[str, Callable[..., Any]] = {
    "default": DefaultAzureCredential,
    "environment": EnvironmentCredential,
    "managed identity": ManagedIdentityCredential,
    "workload identity": WorkloadIdentityCredential,
    "client secret": lambda **options: ClientSecretCredential(*WHO, "s3cret", **options),
    "certificate": lambda **options: CertificateCredential(
        *WHO, str(ROOT / "tests/certificates/cert-first.pem"), **options
    ),
    "client assertion": lambda **options: ClientAssertionCredential(*WHO, federated_token, **options),
}


def read_secret(credential: Any) -> Any:
    """Reads `secret-a` from the vault of the fake Azure."""
    return SecretClient(os.environ["KEYVAULT_URL"], credential).get_secret("secret-a").value


# The variables that Python needs to start. All others are removed.
_KEPT_VARIABLES = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV")


# The program that `keyfob fake` runs: prints its environment and ends when its standard input is closed.
_PRINT_ENVIRONMENT = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"


class FakeAzure:
    """A running `keyfob fake`, and the environment variables that it gives to an app."""

    def __init__(self, *arguments: str) -> None:
        base_environment = {"PATH": os.environ["PATH"]}
        self._process = subprocess.Popen(
            [str(KEYFOB), "fake", *arguments, "--", sys.executable, "-c", _PRINT_ENVIRONMENT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=base_environment,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"keyfob fake did not start: {self.log()}"
        printed = json.loads(line)
        self.environment: Dict[str, str] = {
            name: printed[name] for name in printed.keys() - base_environment.keys() - {"LC_CTYPE"}
        }
        self._log = ""

    def log(self) -> str:
        """Stops the fake and returns its log of the requests."""
        if self._process.poll() is None:
            _, self._log = self._process.communicate(input="", timeout=30)
        return self._log


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hides the machine's Azure sign-ins and proxies, and keeps requests from leaving the machine."""
    for name in list(os.environ):
        if name not in _KEPT_VARIABLES and not name.startswith("PYTEST"):
            monkeypatch.delenv(name)
    # Without a fake, requests go to a port on which nothing listens.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")


@pytest.fixture
def start_fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., FakeAzure]]:
    """A function that starts a fake Azure and sets the environment variables of an app in it."""
    started: List[FakeAzure] = []

    def start(*arguments: str) -> FakeAzure:
        fake = FakeAzure(*arguments)
        started.append(fake)
        for name, value in fake.environment.items():
            monkeypatch.setenv(name, value)
        return fake

    yield start
    for fake in started:
        fake.log()


@pytest.fixture
def app_service(start_fake: Callable[..., FakeAzure]) -> FakeAzure:
    """An App Service app with a user-assigned identity."""
    return start_fake("--example", "app-service")


@pytest.fixture
def fake_vaults(start_fake: Callable[..., FakeAzure]) -> FakeAzure:
    """A virtual machine whose identity may do everything in `my-vault`, and vaults that return errors."""
    return start_fake(str(ROOT / "cli/tests/fake-sdk/operations.toml"))


@pytest.fixture
def finished_requests(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Is released when an HTTP thread has finished a request."""
    finished, original = threading.Semaphore(0), PendingRequest._run

    def run(pending: PendingRequest) -> None:
        original(pending)
        finished.release()

    monkeypatch.setattr(PendingRequest, "_run", run)
    return finished
