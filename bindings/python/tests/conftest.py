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
USER_ASSIGNED = "5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08"
VALUE = "the value of secret-a"

# Kept from the machine: what a Python needs to start.
_KEPT = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV")


# Runs in the fake's environment: tells it, and stays until nobody is at the other end.
_APP = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"


class Fake:
    """A running `keyfob fake`, and the environment of an app in it."""

    def __init__(self, *arguments: str) -> None:
        given = {"PATH": os.environ["PATH"]}
        self._process = subprocess.Popen(
            [str(KEYFOB), "fake", *arguments, "--", sys.executable, "-c", _APP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=given,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"keyfob fake did not start: {self.log()}"
        told = json.loads(line)
        self.environment: Dict[str, str] = {name: told[name] for name in told.keys() - given.keys() - {"LC_CTYPE"}}
        self._log = ""

    def log(self) -> str:
        """Ends it, and gives what it told of the requests."""
        if self._process.poll() is None:
            _, self._log = self._process.communicate(input="", timeout=30)
        return self._log


@pytest.fixture(autouse=True)
def nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sign-in and no proxy of the machine is seen; no request leaves it."""
    for name in list(os.environ):
        if name not in _KEPT and not name.startswith("PYTEST"):
            monkeypatch.delenv(name)
    # What no fake replaces goes to a port at which nothing listens.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Fake]]:
    """Starts a fake Azure and sets the environment of an app in it."""
    started: List[Fake] = []

    def start(*arguments: str) -> Fake:
        running = Fake(*arguments)
        started.append(running)
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        return running

    yield start
    for running in started:
        running.log()


@pytest.fixture
def app_service(fake: Callable[..., Fake]) -> Fake:
    """The story's app, which has a user-assigned identity."""
    return fake("--example", "app-service")


@pytest.fixture
def vaults(fake: Callable[..., Fake]) -> Fake:
    """A machine whose identity may do everything in `my-vault`, and vaults that refuse."""
    return fake(str(ROOT / "cli/tests/fake-sdk/operations.toml"))
