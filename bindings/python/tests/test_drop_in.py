"""What a program for the Azure SDK does with credentials besides getting tokens: names, mocks, copies, chains, loops, logs."""

import asyncio
import copy
import enum
import inspect
import logging
import pickle
import threading
import time
import types
import unittest.mock
from datetime import datetime, timezone

import azure.identity
import azure.identity.aio
import azure.keyvault.secrets
import azure.keyvault.secrets.aio
import pytest
from conftest import ROOT, SCOPE, SECRET_VALUE, USER_ASSIGNED_CLIENT_ID, WHO
from servers import SECRET, Server, StaticCredential, Vault

import keyfob.aio
import keyfob.identity
import keyfob.identity.aio
import keyfob.secrets
import keyfob.secrets.aio
from keyfob._component import environment
from keyfob.exceptions import ClientAuthenticationError
from keyfob.identity import (
    AccessToken,
    ChainedTokenCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
)

URL = "https://my-vault.vault.azure.net"

# --- Names

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


# --- Functions that return tokens


class Counting:
    """A credential of the program without a cache."""

    def __init__(self):
        self.calls = 0

    def get_token(self, *scopes, **options):
        self.calls += 1
        return AccessToken(f"{scopes[0]}-{self.calls}", int(time.time()) + 3600)


class AsyncCounting(Counting):
    async def get_token(self, *scopes, **options):
        return super().get_token(*scopes)


def test_bearer_token_provider(fake_vaults):
    counting = Counting()
    provider = keyfob.identity.get_bearer_token_provider(counting, "a")
    assert [provider(), provider()] == ["a-1", "a-1"] and counting.calls == 1
    assert keyfob.identity.get_bearer_token_provider(ManagedIdentityCredential(), SCOPE)().count(".") == 2
    with pytest.raises(TypeError, match="no method get_token"):
        keyfob.identity.get_bearer_token_provider("a token", SCOPE)


def test_asynchronous_bearer_token_provider(fake_vaults):
    counting = AsyncCounting()

    async def main():
        provider = keyfob.identity.aio.get_bearer_token_provider(counting, "a")
        own = keyfob.aio.get_bearer_token_provider(keyfob.aio.ManagedIdentityCredential(), SCOPE)
        return [await provider(), await provider(), await own()]

    first, second, own = asyncio.run(main())
    assert (first, second, counting.calls) == ("a-1", "a-1", 1) and own.count(".") == 2


# --- Credentials of the program


@pytest.mark.parametrize("kind", [keyfob.identity.DefaultAzureCredential, azure.identity.DefaultAzureCredential])
def test_mock_with_a_specification(kind):
    mock = unittest.mock.MagicMock(spec=kind)
    mock.get_token.return_value = AccessToken("mocked", int(time.time()) + 3600)
    with Vault(SECRET) as vault:
        assert vault.client(mock).get_secret("a").value == "x"
    assert b"Bearer mocked" in vault.requests[-1]
    assert ChainedTokenCredential(mock).get_token(SCOPE).token == "mocked"


@pytest.mark.parametrize("kind", [keyfob.aio.DefaultAzureCredential, azure.identity.aio.DefaultAzureCredential])
def test_asynchronous_mock_with_a_specification(kind):
    mock = unittest.mock.MagicMock(spec=kind)
    mock.get_token.return_value = AccessToken("mocked", int(time.time()) + 3600)

    async def main():
        async with keyfob.aio.ChainedTokenCredential(mock) as chain:
            return await chain.get_token(SCOPE)

    assert asyncio.run(main()).token == "mocked"
    mock.close.assert_awaited_once()


@pytest.mark.parametrize("name", ["KeyVaultSecret", "SecretProperties", "DeletedSecret", "KeyVaultSecretIdentifier"])
def test_mock_of_a_result(name):
    mock = unittest.mock.MagicMock(spec=getattr(keyfob.secrets, name))
    for attribute in ("name", "id", "value", "properties", "version", "vault_url"):
        if hasattr(getattr(azure.keyvault.secrets, name), attribute):
            setattr(mock, attribute, "x")
            assert getattr(mock, attribute) == "x"


def test_patched_credential(monkeypatch):
    token = AccessToken("patched", int(time.time()) + 3600)
    with Vault(SECRET) as vault:
        credential = EnvironmentCredential()
        with unittest.mock.patch.object(credential, "get_token", return_value=token):
            assert vault.client(credential).get_secret("a").value == "x"
        with unittest.mock.patch("keyfob.identity.EnvironmentCredential.get_token", return_value=token):
            assert vault.client(EnvironmentCredential()).get_secret("a").value == "x"
    assert b"Bearer patched" in vault.requests[-1]


def test_subclass_with_its_own_method(fake_vaults):
    calls = []

    class Logging(ManagedIdentityCredential):
        def get_token(self, *scopes, **options):
            calls.append(scopes)
            return super().get_token(*scopes, **options)

    class Renamed(ManagedIdentityCredential):
        """Has the methods of its base class."""

    client = keyfob.secrets.SecretClient(URL, Logging())
    client.set_secret("a", "x")
    assert calls == [(SCOPE,)]
    assert keyfob.secrets.SecretClient(URL, Renamed()).get_secret("a").credential == "ManagedIdentityCredential"


def test_mock_whose_token_is_none():
    with Vault(SECRET) as vault, pytest.raises(ClientAuthenticationError, match="a token needs the attributes"):
        vault.client(unittest.mock.MagicMock(spec=DefaultAzureCredential)).get_secret("a")


class Closable(StaticCredential):
    def __init__(self):
        self.closed = 0

    def close(self):
        self.closed += 1


class AsyncClosable(Closable):
    async def close(self):
        self.closed += 1


def test_chain_closes_its_credentials():
    first, second, mock = Closable(), Closable(), unittest.mock.MagicMock()
    inner = ChainedTokenCredential(second)
    for package in (keyfob.identity, azure.identity):
        mock = unittest.mock.MagicMock()
        with package.ChainedTokenCredential(mock, EnvironmentCredential(), inner) as chain:
            assert chain.credentials[0] is mock
            assert (mock.__enter__.call_count, mock.__exit__.call_count) == (1, 0)
        assert (mock.__enter__.call_count, mock.__exit__.call_count) == (1, 1)
        chain.close()
        assert mock.__exit__.call_count == 2
    assert second.closed == 4
    # Without a way to be entered, or to be closed.
    with ChainedTokenCredential(first, StaticCredential()):
        assert first.closed == 0
    assert first.closed == 1

    async def main():
        third, mock = AsyncClosable(), unittest.mock.MagicMock(spec=azure.identity.aio.ManagedIdentityCredential)
        async with keyfob.aio.ChainedTokenCredential(first, third, mock, keyfob.aio.EnvironmentCredential()) as chain:
            assert chain.credentials[1] is third
            mock.__aenter__.assert_awaited_once()
        mock.close.assert_awaited_once()
        return third.closed

    assert asyncio.run(main()) == 1 and first.closed == 2


def test_attempts_have_the_name_of_what_is_mocked():
    mock = unittest.mock.Mock(
        spec=azure.identity.AzureCliCredential,
        get_token_info=unittest.mock.Mock(side_effect=azure.identity.CredentialUnavailableError("not signed in")),
    )
    with pytest.raises(azure.identity.CredentialUnavailableError) as raised:
        ChainedTokenCredential(mock).get_token(SCOPE)
    assert raised.value.attempts == [("AzureCliCredential", "unavailable", "not signed in")]


def sign():
    return "assertion"


COPIES = {
    "default": lambda: DefaultAzureCredential(managed_identity_client_id=USER_ASSIGNED_CLIENT_ID),
    "secret": lambda: ClientSecretCredential(*WHO, "s3cret", authority="login.microsoftonline.us"),
    "assertion": lambda: ClientAssertionCredential(*WHO, sign),
    "chain": lambda: ChainedTokenCredential(EnvironmentCredential(), ManagedIdentityCredential()),
    "aio": lambda: keyfob.aio.ClientSecretCredential(*WHO, "s3cret"),
    "aio chain": lambda: keyfob.aio.ChainedTokenCredential(keyfob.aio.EnvironmentCredential(), ManagedIdentityCredential()),
}


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_copies(name, again):
    credential = COPIES[name]()
    made = again(credential)
    assert type(made) is type(credential) and made is not credential

    def explain(one):
        explained = one.explain()
        return asyncio.run(explained) if inspect.iscoroutine(explained) else explained

    assert explain(made) == explain(credential)


def test_copy_reads_the_environment_and_has_tokens_of_its_own(app_service, monkeypatch):
    credential = ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)
    made = pickle.loads(pickle.dumps(credential))
    for one in (credential, made):
        assert keyfob.secrets.SecretClient("https://my-vault.vault.azure.net", one).get_secret("secret-a").value == SECRET_VALUE
    monkeypatch.delenv("IDENTITY_ENDPOINT")
    assert copy.copy(credential).explain()[0].details["source"] != "App Service" == credential.explain()[0].details["source"]


# --- The loop of asyncio


def test_asynchronous_provider_is_called_in_its_loop(fake_vaults):
    threads = []
    token = AccessToken("a-token", int(time.time()) + 3600)

    async def later(value):
        threads.append(threading.current_thread())
        return value

    class Task:
        """Its method is no coroutine function, and needs the loop all the same."""

        def get_token(self, *scopes, **options):
            return asyncio.get_running_loop().create_task(later(token))

    class Managed:
        """Only its class tells that it is for asyncio."""

        def get_token(self, *scopes, **options):
            threads.append(threading.current_thread())
            return later(token)

        async def __aenter__(self):
            return self

        async def __aexit__(self, *exception):
            pass

    class Synchronous:
        def get_token(self, *scopes, **options):
            other_threads.append(threading.current_thread())
            return token

    other_threads = []

    async def main():
        for credential in (Task(), Managed()):
            assert (await keyfob.aio.ChainedTokenCredential(credential).get_token(SCOPE)).token == "a-token"
        await keyfob.aio.ChainedTokenCredential(Synchronous()).get_token(SCOPE)
        return threading.current_thread()

    loop_thread = asyncio.run(main())
    assert len(threads) == 3 and set(threads) == {loop_thread}
    # It may block, and does not block the loop.
    assert other_threads != [loop_thread]


# --- Logs


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
    root = loggers("", logging.DEBUG)
    with pytest.raises(ClientAuthenticationError):
        DefaultAzureCredential(exclude_managed_identity_credential=True).get_token(SCOPE)
    assert root.messages == []


# --- Azure Arc


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
