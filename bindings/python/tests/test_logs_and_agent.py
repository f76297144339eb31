"""The loggers that get the component's log, and Azure Arc's agent, which no variable announces."""

import logging

import pytest
from conftest import SCOPE
from servers import Server

from keyfob._component import environment
from keyfob.exceptions import ClientAuthenticationError
from keyfob.identity import DefaultAzureCredential, ManagedIdentityCredential


class Listener(logging.Handler):
    def __init__(self):
        super().__init__()
        self.messages = []

    def emit(self, record):
        self.messages.append((record.name, record.getMessage()))


@pytest.fixture
def loggers():
    names = ("keyfob", "azure.identity", "azure", "")
    saved = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    added = []

    def listen(name, level):
        listener = Listener()
        logger = logging.getLogger(name)
        logger.addHandler(listener)
        if level is not None:
            logger.setLevel(level)
        added.append((logger, listener))
        return listener

    yield listen
    for logger, listener in added:
        logger.removeHandler(listener)
    for logger, level in saved:
        logger.setLevel(level)


@pytest.mark.parametrize("name", ["azure.identity", "azure"])
def test_listener_of_the_azure_sdk(loggers, name):
    root = loggers("", None)
    listener = loggers(name, logging.DEBUG)
    with pytest.raises(ClientAuthenticationError):
        DefaultAzureCredential(exclude_managed_identity_credential=True).get_token(SCOPE)
    assert any("EnvironmentCredential" in message for _, message in listener.messages)
    # Each once, also where the root logger has them.
    assert len(listener.messages) == len(set(listener.messages))
    assert len(root.messages) == len({message for _, message in root.messages})


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.NOTSET])
def test_level_of_the_root_logger(loggers, level):
    """As logging.basicConfig sets it."""
    root = loggers("", level)
    with pytest.raises(ClientAuthenticationError):
        DefaultAzureCredential(exclude_managed_identity_credential=True).get_token(SCOPE)
    assert any(name == "keyfob" and "EnvironmentCredential" in message for name, message in root.messages)


def test_both_loggers(loggers, monkeypatch):
    monkeypatch.setenv("AZURE_LOG_LEVEL", "info")
    root, own, theirs = loggers("", None), loggers("keyfob", logging.INFO), loggers("azure", logging.CRITICAL)
    with pytest.raises(ClientAuthenticationError):
        DefaultAzureCredential(exclude_managed_identity_credential=True).get_token(SCOPE)
    assert own.messages == root.messages and own.messages and theirs.messages == []
    logging.getLogger("azure").setLevel(logging.INFO)
    with pytest.raises(ClientAuthenticationError):
        DefaultAzureCredential(exclude_managed_identity_credential=True).get_token(SCOPE)
    assert theirs.messages and own.messages == root.messages
    assert [message for _, message in theirs.messages] == [message for _, message in own.messages][len(theirs.messages) :]


def test_no_listener(loggers):
    """The root logger has its default level."""
    root = loggers("", logging.WARNING)
    with pytest.raises(ClientAuthenticationError):
        DefaultAzureCredential(exclude_managed_identity_credential=True).get_token(SCOPE)
    assert root.messages == []


@pytest.fixture
def arc_agent(monkeypatch, tmp_path):
    """The path of the agent, which is not there, and an environment that names no source of managed identities."""
    monkeypatch.setattr(environment, "ARC_AGENT", str(tmp_path / "himds"))
    monkeypatch.delenv("AZURE_POD_IDENTITY_AUTHORITY_HOST")
    return tmp_path / "himds"


def test_agent_of_azure_arc(monkeypatch, arc_agent):
    def source():
        candidates = {one.credential: one for one in DefaultAzureCredential().explain()}
        return candidates["ManagedIdentityCredential"].details.get("source")

    assert source() == ManagedIdentityCredential().explain()[0].details["source"] == "IMDS"
    arc_agent.touch()
    assert source() == ManagedIdentityCredential().explain()[0].details["source"] == "Azure Arc"
    assert ManagedIdentityCredential().explain()[0].details["endpoint"] == "http://localhost:40342"
    for name in ("IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"):
        with monkeypatch.context() as patched:
            patched.setenv(name, "http://localhost/elsewhere")
            assert source() != "Azure Arc"
            patched.setenv(name, "")
            assert source() == "Azure Arc"
    with monkeypatch.context() as patched:
        for name in ("AZURE_AUTHORITY_HOST", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"):
            assert source() == "Azure Arc"
            patched.setenv(name, "x")
        assert source() != "Azure Arc"
    # Other credentials do not have the variables.
    assert not {name for name, _ in environment.Environment(environment.ENTRA_VARIABLES).variables()} & {"IMDS_ENDPOINT"}


def test_request_to_the_agent(monkeypatch, arc_agent):
    arc_agent.touch()

    def respond(server, connection):
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}")

    with Server(respond) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        monkeypatch.setattr(environment, "ARC_VARIABLES", [("IDENTITY_ENDPOINT", url), ("IMDS_ENDPOINT", url)])
        with pytest.raises(ClientAuthenticationError):
            ManagedIdentityCredential().get_token(SCOPE, timeout=5)
    assert b"metadata: true" in server.requests[0].lower() and b"api-version=2020-06-01" in server.requests[0]
