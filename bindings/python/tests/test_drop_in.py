"""What a program for the Azure SDK does with credentials besides getting tokens: mocks, chains, copies, loops."""

import asyncio
import copy
import inspect
import pickle
import threading
import time
import unittest.mock

import azure.identity
import azure.identity.aio
import azure.keyvault.secrets
import pytest
from conftest import SCOPE, SECRET_VALUE, USER_ASSIGNED_CLIENT_ID, WHO
from servers import SECRET, StaticCredential, Vault

import keyfob.aio
import keyfob.identity
import keyfob.identity.aio
import keyfob.secrets
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


def test_default_chain_is_a_chain(monkeypatch):
    monkeypatch.setenv("AZURE_CLIENT_ID", USER_ASSIGNED_CLIENT_ID)
    three = ["EnvironmentCredential", "WorkloadIdentityCredential", "ManagedIdentityCredential"]
    for package in (keyfob.identity, keyfob.aio, azure.identity):
        for variable, options, names in (
            ("", {}, three),
            ("prod", {"exclude_environment_credential": True}, three[1:]),
            ("ManagedIdentityCredential", {}, three[2:]),
            ("ManagedIdentityCredential", {"exclude_environment_credential": False}, [three[0], three[2]]),
        ):
            monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", variable)
            credential = package.DefaultAzureCredential(authority="login.microsoftonline.us", **options)
            assert isinstance(credential, package.ChainedTokenCredential)
            # A pod's credential without its variables has a class of its own in the Azure SDK.
            classes = [type(one).__name__.replace("FailedDACCredential", three[1]) for one in credential.credentials]
            assert classes[: len(names)] == names
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "")
    for package in (keyfob.identity, keyfob.aio):
        members = package.DefaultAzureCredential(identity_config={"resource_id": "r"}).credentials
        assert all(type(one) is getattr(package, name) for one, name in zip(members, three)) and len(members) == 3
        candidate = explain(package.DefaultAzureCredential().credentials[2])[0]
        assert candidate.details["client-id"] == USER_ASSIGNED_CLIENT_ID


def explain(credential):
    explained = credential.explain()
    return asyncio.run(explained) if inspect.iscoroutine(explained) else explained


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
    assert explain(made) == explain(credential)


def test_copy_reads_the_environment_and_has_tokens_of_its_own(app_service, monkeypatch):
    credential = ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)
    made = pickle.loads(pickle.dumps(credential))
    for one in (credential, made):
        assert keyfob.secrets.SecretClient("https://my-vault.vault.azure.net", one).get_secret("secret-a").value == SECRET_VALUE
    monkeypatch.delenv("IDENTITY_ENDPOINT")
    assert copy.copy(credential).explain()[0].details["source"] != "App Service" == credential.explain()[0].details["source"]


def test_copy_of_a_client(monkeypatch):
    with Vault(SECRET) as vault:
        client = vault.client()
        with copy.copy(client) as copied:
            assert copied.get_secret("a").value == "x" and copied.vault_url == client.vault_url
        # As each is closed for itself, this one is still open.
        assert client.get_secret("a").value == "x"
        with pytest.raises(ValueError, match="closed"):
            copied.get_secret("a")

        async def main():
            monkeypatch.setenv("KEYFOB_ALLOW_LOOPBACK_HTTP", "1")
            first = keyfob.aio.SecretClient(client.vault_url, StaticCredential(), verify_challenge_resource=False)
            async with copy.copy(first) as again:
                await again.get_secret("a")
            return (await first.get_secret("a")).value

        assert asyncio.run(main()) == "x"
    # Nor can the Azure SDK's.
    for one in (client, azure.keyvault.secrets.SecretClient(URL, StaticCredential())):
        for again in (copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="can.?not|can't"):
                again(one)


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


@pytest.mark.parametrize("error", [TimeoutError("slow"), asyncio.TimeoutError("slow"), OSError(2, "none")])
def test_error_of_an_asynchronous_provider_is_the_cause(error):
    class Failing(AsyncCounting):
        async def get_token(self, *scopes, **options):
            raise error

    async def main():
        await keyfob.aio.SecretClient(URL, Failing()).get_secret("a")

    with pytest.raises(ClientAuthenticationError) as raised:
        asyncio.run(main())
    assert raised.value.__cause__ is error


def test_asynchronous_provider_that_is_cancelled():
    class Cancelled(AsyncCounting):
        async def get_token(self, *scopes, **options):
            raise asyncio.CancelledError

    async def main():
        await keyfob.aio.SecretClient(URL, Cancelled()).get_secret("a")

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())
