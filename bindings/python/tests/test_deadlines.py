"""Calls end in time, and go in parallel."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import SCOPE, USER_ASSIGNED_CLIENT_ID
from servers import LONG, SECRET, StaticCredential, Vault, in_thread, silence

import keyfob.aio
from keyfob._component.deadline import monotonic_ns
from keyfob._component.host import Host
from keyfob.exceptions import AzureError, ServiceResponseTimeoutError, TokenTimeoutError
from keyfob.identity import AccessToken, ChainedTokenCredential, ClientAssertionCredential, ManagedIdentityCredential
from keyfob.secrets import SecretClient


class Waiting:
    """A credential of the program whose `get_token` blocks until the test ends."""

    def __init__(self):
        self.entered, self.released = threading.Event(), threading.Event()

    def get_token(self, *scopes, **options):
        self.entered.set()
        self.released.wait(LONG)
        return AccessToken("a-token", int(time.time()) + 3600)


# --- The component's own work


def test_component_that_does_not_end_is_interrupted(fake_vaults, monkeypatch):
    client = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential())
    client.set_secret("a", "x")
    before = client._pool.first.instance
    give_up = time.monotonic() + LONG

    def returns_at_once(host, limit):
        if time.monotonic() > give_up:
            raise AssertionError("the component was not interrupted")
        return []

    with monkeypatch.context() as patched:
        # For the component, no time passes and no request ends.
        patched.setattr(Host, "monotonic", lambda host, now=monotonic_ns(): now)
        patched.setattr(Host, "wait", returns_at_once)
        with pytest.raises(ServiceResponseTimeoutError, match="timeout of 0.2 s"):
            client.get_secret("a", timeout=0.2)
    assert client.get_secret("a").value == "x"
    assert client._pool.first.instance is not before


def test_conversion_of_a_long_list_ends_at_the_deadline(monkeypatch):
    from keyfob._component import values
    from keyfob._component.deadline import Deadline

    deadline = Deadline(0.0)
    monkeypatch.setattr(Deadline, "remaining", lambda self: -5.0)
    lift = values._list_lifter(lambda item, check: pytest.fail("an item was converted"))
    from types import SimpleNamespace

    raw = SimpleNamespace(of=SimpleNamespace(list=SimpleNamespace(size=1, data=[None])))
    with pytest.raises(ServiceResponseTimeoutError):
        lift(raw, deadline.check)


# --- Waiting for other calls


def test_waiting_for_another_call_counts(fake_vaults):
    credential = Waiting()
    # A chain makes one call at a time.
    chain = ChainedTokenCredential(credential)
    first = in_thread(lambda: chain.get_token(SCOPE))
    assert credential.entered.wait(LONG)
    try:
        with pytest.raises(ServiceResponseTimeoutError, match="other calls with the same credential"):
            chain.get_token(SCOPE, timeout=0.05)
    finally:
        credential.released.set()
    assert first().token == "a-token"
    # Nothing is left of the call that did not begin.
    assert chain.get_token(SCOPE, timeout=5).token == "a-token"


def test_waiting_in_asyncio_counts(fake_vaults):
    credential = Waiting()
    chain = keyfob.aio.ChainedTokenCredential(credential)

    async def main():
        first = asyncio.create_task(chain.get_token(SCOPE))
        while not credential.entered.is_set():
            await asyncio.sleep(0.01)
        try:
            results = await asyncio.gather(
                *[chain.get_token(SCOPE, timeout=0.05) for _ in range(50)], return_exceptions=True
            )
        finally:
            credential.released.set()
        await first
        return results

    assert {type(one) for one in asyncio.run(main())} == {TokenTimeoutError}


def test_rest_of_the_time_is_given_to_the_component(fake_vaults, monkeypatch):
    """A call that waited has no more time than it was given."""
    credential, limits = Waiting(), []
    chain = ChainedTokenCredential(credential, ManagedIdentityCredential())
    client = SecretClient("https://slow-vault.vault.azure.net", chain)
    client_of_another = SecretClient("https://my-vault.vault.azure.net", chain)
    original = Host.start

    def start(host, request, given):
        limits.append(given.deadline)
        return original(host, request, given)

    first = in_thread(lambda: client_of_another.get_secret("missing"))
    assert credential.entered.wait(LONG)
    monkeypatch.setattr(Host, "start", start)
    begun = monotonic_ns()
    second = in_thread(lambda: client.get_secret("secret-a", timeout=20))
    while not client._pool._condition._waiters:
        time.sleep(0.01)
    # More than what passes unnoticed.
    while monotonic_ns() < begun + 200_000_000:
        time.sleep(0.01)
    limits.clear()
    credential.released.set()
    for result in (first, second):
        with pytest.raises(AzureError):
            result()
    assert limits and limits[-1] <= begun + 20_200_000_000


# --- Calls at the same time


@pytest.mark.parametrize("kind", ["client", "credential"])
def test_calls_of_one_credential_go_in_parallel(kind):
    count = 8
    meeting = threading.Barrier(count)

    def meet():
        meeting.wait(LONG)

    class Meets:
        def get_token(self, *scopes, **options):
            meet()
            return AccessToken("a-token", int(time.time()) + 3600)

    with Vault(SECRET) as vault, ThreadPoolExecutor(count) as threads:
        if kind == "client":
            client = vault.client(Meets())
            values = list(threads.map(lambda _: client.get_secret("a").value, range(count)))
            assert values == ["x"] * count
        else:
            credential = ClientAssertionCredential("contoso", USER_ASSIGNED_CLIENT_ID, lambda: meet() or "no assertion")
            for _ in range(2):
                errors = list(
                    threads.map(lambda _: pytest.raises(AzureError, credential.get_token, SCOPE), range(count))
                )
                assert len(errors) == count


def test_calls_one_after_the_other_share_one_token(fake_vaults):
    credential = ManagedIdentityCredential()
    client = SecretClient("https://my-vault.vault.azure.net", credential)
    client.set_secret("a", "x")
    for _ in range(5):
        in_thread(lambda: client.get_secret("a"))()
    assert len(client._pool._guests) == 1
    assert fake_vaults.log().count("/metadata/identity/oauth2/token") == 1


def test_more_calls_than_guests_wait(monkeypatch):
    from keyfob._component import pool

    monkeypatch.setattr(pool, "_MAX_GUESTS", 2)
    with Vault(SECRET) as vault, ThreadPoolExecutor(12) as threads:
        client = vault.client()
        assert list(threads.map(lambda _: client.get_secret("a").value, range(60))) == ["x"] * 60
        assert len(client._pool._guests) <= 2


def test_cached_values_are_in_one_guest():
    with Vault(SECRET) as vault:
        credential = ChainedTokenCredential(StaticCredential())
        plain, cached = vault.client(), vault.client(cache_ttl=60)
        for client, works in ((plain, True), (cached, False)):
            # While the first guest is in use.
            with client._pool._taken(()):
                call = in_thread(lambda: client.get_secret("a", timeout=2 if works else 0.05))
                if works:
                    assert call().value == "x"
                else:
                    with pytest.raises(ServiceResponseTimeoutError):
                        call()
        assert cached.get_secret("a").cache is None and cached.get_secret("a").cache is not None
        assert len(credential._pool._guests) == 1


def test_page_that_waited_has_only_the_rest_of_its_time():
    """The timeout of a page is an option of its list, which the component has known since the list was begun."""
    ended = threading.Event()

    class Silent(Vault):
        def _respond(self, server, connection):
            if b"authorization: Bearer" not in self.requests[-1]:
                return super()._respond(server, connection)
            silence(server, connection)
            ended.set()

    with Silent(SECRET) as vault:
        pages = vault.client().list_properties_of_secrets(timeout=600).by_page()
        # What is left of the 600 seconds after it waited.
        pages._handle.timeout = 0.3
        call = in_thread(lambda: next(pages))
        assert ended.wait(LONG)
        with pytest.raises(ServiceResponseTimeoutError):
            call()


def test_lists_go_on_in_their_guest():
    page = b'{"value":[{"id":"@url/secrets/a"}]}'
    with Vault(page) as vault:
        client = vault.client()
        pages = client.list_properties_of_secrets(timeout=5).by_page()
        with client._pool._taken(()):
            other = in_thread(lambda: client.list_properties_of_secrets(timeout=5).by_page())()
        assert [one.name for one in next(pages)] == ["a"]
        assert [one.name for one in next(other)] == ["a"]
        assert [next(pages, None), next(other, None)] == [None, None]
