"""A fake Azure for each test that asks for one: a proxy, a private certificate authority, and a platform's variables."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Callable, Dict, Iterator, List

import pytest

ROOT = Path(__file__).resolve().parents[3]
KEYFOB = Path(os.environ["KEYFOB"])
USER_ASSIGNED_CLIENT_ID = "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08"
SECRET_VALUE = "the value of secret-a"

# Kept from the machine: what a Python needs to start.
_KEPT_VARIABLES = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV")


# Runs in the fake's environment: tells it, and stays until nobody is at the other end.
_PRINT_ENVIRONMENT = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"


class FakeAzure:
    """A running `keyfob fake`, and the environment of an app in it."""

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
        """Ends it, and gives its log of the requests."""
        if self._process.poll() is None:
            _, self._log = self._process.communicate(input="", timeout=30)
        return self._log


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sign-in and no proxy of the machine is seen; no request leaves it."""
    for name in list(os.environ):
        if name not in _KEPT_VARIABLES and not name.startswith("PYTEST"):
            monkeypatch.delenv(name)
    # What no fake replaces goes to a port at which nothing listens.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")


@pytest.fixture
def start_fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., FakeAzure]]:
    """Starts a fake Azure and sets the environment of an app in it."""
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
    """The story's app, which has a user-assigned identity."""
    return start_fake("--example", "app-service")


@pytest.fixture
def fake_vaults(start_fake: Callable[..., FakeAzure]) -> FakeAzure:
    """A machine whose identity may do everything in `my-vault`, and vaults that refuse."""
    return start_fake(str(ROOT / "host-test/tests/fake-sdk/operations.toml"))
