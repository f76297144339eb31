"""The client's methods, and errors from a vault."""

import asyncio
import base64
import json
import threading
from datetime import datetime, timedelta, timezone

import pytest
from servers import LONG, SECRET, Vault

import keyfob.aio
from keyfob._component.host import Host
from keyfob.exceptions import (
    AzureError,
    HttpResponseError,
    InvalidArgumentError,
    ResourceExistsError,
    ResourceNotFoundError,
    ServiceResponseTimeoutError,
)
from keyfob.identity import DefaultAzureCredential, ManagedIdentityCredential
from keyfob.secrets import KeyVaultSecretIdentifier, SecretClient


@pytest.fixture
def make_client(fake_vaults):
    credential = ManagedIdentityCredential()
    return lambda name="my-vault", **options: SecretClient(f"https://{name}.vault.azure.net", credential, **options)


def test_set_get_and_versions(make_client):
    client = make_client()
    expiry = datetime(2030, 1, 1, tzinfo=timezone.utc)
    first = client.set_secret("Secret-A", "the first value")
    second = client.set_secret(
        "secret-a",
        "a välue\n",
        content_type="text/plain",
        tags={"owner": "me"},
        expires_on=expiry,
        not_before=datetime(2020, 1, 1),
    )
    got = client.get_secret("secret-a")
    # The vault keeps the spelling that the name was first set with.
    assert (got.value, got.name, got.id) == ("a välue\n", "Secret-A", second.id)
    properties = got.properties
    assert (properties.content_type, properties.tags, properties.enabled) == ("text/plain", {"owner": "me"}, True)
    assert properties.expires_on == expiry and properties.not_before == datetime(2020, 1, 1, tzinfo=timezone.utc)
    assert abs(datetime.now(timezone.utc) - properties.created_on) < timedelta(minutes=5)
    assert properties.version == second.properties.version != first.properties.version
    assert properties.vault_url == client.vault_url == "https://my-vault.vault.azure.net"
    assert client.get_secret("secret-a", first.properties.version).value == "the first value"
    assert client.get_secret(first.id).value == "the first value"
    assert "välue" not in repr(got) + repr(properties)

    updated = client.update_secret_properties("secret-a", tags={}, content_type="new")
    assert (updated.tags, updated.content_type, updated.expires_on) == ({}, "new", expiry)
    versions = {one.version for one in client.list_properties_of_secret_versions("secret-a")}
    assert versions == {first.properties.version, second.properties.version}


def test_list_paging(make_client):
    client = make_client()
    for number in range(26):
        client.set_secret(f"s-{number:02}", "x")
    pages = [[one.name for one in page] for page in client.list_properties_of_secrets().by_page()]
    assert [len(page) for page in pages] == [25, 2]
    assert [one.name for one in client.list_properties_of_secrets(max_page_size=10)] == pages[0] + pages[1]
    # The list is an iterator, as in the Azure SDK.
    assert next(client.list_properties_of_secrets()).name == pages[0][0]
    assert list(client.list_properties_of_secret_versions("missing")) == []


def test_pages_are_iterators(make_client):
    client = make_client()
    for number in range(2):
        client.set_secret(f"s-{number}", "x")
    page = next(client.list_properties_of_secrets(max_page_size=2).by_page())
    names = [one.name for one in page]
    # As in the Azure SDK, and again and with a length, as a list.
    assert [next(page).name, *(one.name for one in page)] == [names[0], *names] and len(page) == 2

    async def main():
        async with keyfob.aio.SecretClient("https://my-vault.vault.azure.net", keyfob.aio.ManagedIdentityCredential()) as vault:
            pages = vault.list_properties_of_secrets(max_page_size=2).by_page()
            found = [[one.name async for one in page] async for page in pages]
            first = await vault.list_properties_of_secrets().by_page().__anext__()
            return found, [(await first.__anext__()).name for _ in range(len(first))], first

    found, each, first = asyncio.run(main())
    assert found == [names, each[2:]] and len(each) == 3
    with pytest.raises(StopAsyncIteration):
        asyncio.run(first.__anext__())


def test_delete_recover_purge(make_client):
    client = make_client("slow-vault")
    poller = client.begin_delete_secret("secret-a")
    assert not poller.done() and poller.status() == "polling"
    poller.wait(timeout=0.1)
    deleted = poller.result()
    assert poller.done() and poller.status() == "finished" and deleted.name == "secret-a"
    assert deleted.scheduled_purge_date - deleted.deleted_date == timedelta(days=deleted.properties.recoverable_days)
    with pytest.raises(ResourceNotFoundError):
        client.get_secret("secret-a")
    with pytest.raises(ResourceExistsError) as raised:
        client.set_secret("secret-a", "x")
    assert raised.value.status_code == 409 and raised.value.hint
    assert client.get_deleted_secret("secret-a").recovery_id == deleted.recovery_id
    assert [one.name for one in client.list_deleted_secrets()] == ["secret-a"]

    assert client.begin_recover_deleted_secret("secret-a").result().name == "secret-a"
    assert client.get_secret("secret-a").value == "the value of secret-a"
    client.begin_delete_secret("secret-a").wait()
    client.purge_deleted_secret("secret-a")
    assert list(client.list_deleted_secrets()) == []


def test_callbacks_of_a_poller(make_client):
    client = make_client("slow-vault")
    poller = client.begin_delete_secret("secret-a")
    calls, removed, called = [], [], threading.Event()

    def on_done(method):
        calls.append((threading.current_thread(), method.status(), method.finished(), method.resource().name))
        called.set()

    poller.add_done_callback(on_done)
    poller.add_done_callback(removed.append)
    poller.remove_done_callback(removed.append)
    assert poller.polling_method().resource().name == "secret-a"
    # Without a call that waits.
    assert called.wait(LONG)
    poller.wait()
    poller.add_done_callback(on_done)
    assert [call[1:] for call in calls] == [("finished", True, "secret-a")] * 2 and removed == []
    assert calls[0][0] is not threading.main_thread() is calls[1][0]
    with pytest.raises(ValueError, match="has ended"):
        poller.remove_done_callback(on_done)
    with pytest.raises(TypeError, match="can't be resumed"):
        type(poller).from_continuation_token(poller.polling_method(), "token")


def test_callbacks_have_been_called_when_wait_returns(make_client):
    client = make_client("slow-vault")
    poller = client.begin_delete_secret("secret-a")
    calls = []
    poller.add_done_callback(lambda method: (poller.wait(), calls.append(method)))
    poller.wait()
    assert len(calls) == 1


def test_callbacks_are_called_after_an_error():
    with Vault(SECRET) as vault:
        # The response to the deletion names no deleted secret, and the vault ends before it is asked for one.
        poller = vault.client().begin_delete_secret("a")
        vault.listener.close()
        called = threading.Event()
        poller.add_done_callback(lambda method: called.set())
        assert called.wait(LONG)


def test_backup_and_restore(make_client):
    client = make_client()
    client.set_secret("kept", "a value")
    backup = client.backup_secret("kept")
    assert isinstance(backup, bytes)
    with pytest.raises(ResourceExistsError):
        client.restore_secret_backup(backup)
    client.begin_delete_secret("kept").wait()
    client.purge_deleted_secret("kept")
    assert client.restore_secret_backup(backup).name == "kept"
    assert client.get_secret("kept").value == "a value"


def test_get_secrets(make_client, fake_vaults):
    client = make_client()
    for name in "abc":
        client.set_secret(name, f"value {name}")
    a, missing, c, wrong = client.get_secrets(["a", "missing", "c", "bad_name"])
    assert (a.value, c.value) == ("value a", "value c")
    assert isinstance(missing, ResourceNotFoundError) and isinstance(wrong, InvalidArgumentError)


def test_get_secrets_max_concurrency(make_client, monkeypatch):
    original_start, in_flight = Host.start, []

    def start(host, request, limits):
        number = original_start(host, request, limits)
        in_flight.append(len(host._pending))
        return number

    client = make_client()
    client.set_secret("a", "x")
    monkeypatch.setattr(Host, "start", start)
    for count in (1, 4):
        in_flight.clear()
        assert [one.value for one in client.get_secrets(["a"] * 8, max_concurrency=count)] == ["x"] * 8
        assert (len(in_flight), max(in_flight)) == (8, count)


def test_errors_from_the_vault(make_client):
    def error_from(name, secret="secret-a"):
        with pytest.raises(HttpResponseError) as raised:
            make_client(name).get_secret(secret)
        return raised.value

    missing = error_from("my-vault", "missing")
    assert isinstance(missing, ResourceNotFoundError)
    assert (missing.kind, missing.status_code, missing.error.code) == ("not-found", 404, "SecretNotFound")
    forbidden = error_from("reader-vault")
    assert (forbidden.kind, forbidden.status_code) == ("forbidden", 403)
    assert "Key Vault Secrets User" in forbidden.hint
    assert "firewall" in error_from("firewall-vault").hint
    with pytest.raises(HttpResponseError) as raised:
        make_client("protected-vault").begin_delete_secret("secret-a").wait()
        make_client("protected-vault").purge_deleted_secret("secret-a")
    assert raised.value.kind == "forbidden"


def test_throttled_request_is_retried(make_client):
    assert make_client("busy-vault").get_secret("secret-a").value == "the value of secret-a"


def test_value_cache(make_client):
    client = make_client(cache_ttl=60, cache_max_secrets=5)
    client.set_secret("kept", "a value")
    assert client.get_secret("kept").cache is None
    again = client.get_secret("kept").cache
    assert again is not None and not again.stale and again.error is None and again.age < 60
    assert client.get_secret("kept", bypass_cache=True).cache is None
    for limit in ("cache_max_secrets", "cache_max_bytes"):
        with pytest.raises(InvalidArgumentError):
            make_client(cache_ttl=60, **{limit: 0})


def test_invalid_arguments_are_rejected(make_client):
    for url in ("http://my-vault.vault.azure.net", "https://my-vault.privatelink.vaultcore.azure.net", "nonsense"):
        with pytest.raises(ValueError) as raised:
            SecretClient(url, DefaultAzureCredential())
        assert isinstance(raised.value, AzureError) and raised.value.kind == "invalid-argument"
    with pytest.raises(ValueError):
        make_client().get_secret("bad_name")
    with pytest.raises(ValueError):
        make_client().set_secret("large", "x" * 25_601)
    with pytest.raises(TypeError):
        make_client().get_secret(5)
    with pytest.raises(ValueError, match="before 1970"):
        make_client().set_secret("old", "x", expires_on=datetime(1969, 12, 31))
    # A client can still be used afterwards.
    assert make_client().set_secret("fine", "x").value == "x"


def test_timeout(make_client):
    with pytest.raises(ServiceResponseTimeoutError) as raised:
        make_client().get_secret("secret-a", timeout=0.000_6)
    assert raised.value.kind == "timed-out"


def test_closed_client_is_rejected(make_client):
    with make_client() as client:
        client.set_secret("a", "x")
    with pytest.raises(ValueError, match="closed"):
        client.get_secret("a")
    assert make_client().get_secret("a").value == "x"


def test_secret_identifier():
    parts = KeyVaultSecretIdentifier("https://my-vault.vault.azure.net/secrets/name/123")
    assert (parts.vault_url, parts.name, parts.version) == ("https://my-vault.vault.azure.net", "name", "123")
    assert KeyVaultSecretIdentifier("https://v.vault.azure.net/secrets/name").version is None
    with pytest.raises(ValueError):
        KeyVaultSecretIdentifier("name")


@pytest.mark.parametrize("size", [1_000, 3_000_000])
def test_large_backup(size):
    backup = bytes(range(256)) * (size // 256)
    text = base64.urlsafe_b64encode(backup).rstrip(b"=")
    with Vault(b'{"value":"%s"}' % text) as vault:
        assert vault.client().backup_secret("a") == backup


def test_large_backup_is_restored():
    backup = bytes(range(255)) * 40_000
    with Vault(b'{"id":"@url/secrets/a/1","attributes":{"enabled":true}}') as vault:
        assert vault.client().restore_secret_backup(bytearray(backup)).name == "a"
    body = vault.requests[-1].partition(b"\r\n\r\n")[2]
    assert base64.urlsafe_b64decode(json.loads(body)["value"] + "==") == backup


def test_backup_beyond_the_memory_is_refused():
    with Vault(b"{}") as vault:
        client = vault.client()
        instance = client._pool.first.instance
        with pytest.raises(InvalidArgumentError, match="at most 25,165,824"):
            client.restore_secret_backup(bytes(24 * 1024 * 1024 + 1))
        # The largest one reaches the vault, whose reply is none.
        with pytest.raises(AzureError) as raised:
            client.restore_secret_backup(bytes(24 * 1024 * 1024))
        assert raised.value.kind != "other" and client._pool.first.instance is instance
