"""The densest replies of each operation, within the limits on their size, under the memory that the component promises."""

import json

import pytest
from conftest import SCOPE
from servers import Server, StaticCredential, Vault, respond_with

from keyfob._component import engine
from keyfob.exceptions import AzureError, DecodeError
from keyfob.identity import ManagedIdentityCredential
from keyfob.secrets import SecretClient

KIB, MIB = 1024, 1024 * 1024
# The limits of the component on the size of a reply.
TOKEN, SECRET, PAGE, BACKUP = 64 * KIB, 256 * KIB, MIB, 4 * MIB
TAGS = b",".join(b'"%d":""' % number for number in range(256))
ID = b'"id":"@url/secrets/a/00000000000000000000000000000001"'


@pytest.fixture
def limit(monkeypatch):
    """Sets the memory of instances that are created from now on, in MiB. One that needs more traps."""
    return lambda mebibytes: monkeypatch.setattr(engine, "_MAX_MEMORY_BYTES", mebibytes * MIB)


def dense(size, url, head, part, tail, separator=b","):
    """`part` as often as it fits between head and tail."""
    head, part = head.replace(b"@url", url), part.replace(b"@url", url)
    count = (size - len(head) - len(tail) + len(separator)) // (len(part) + len(separator))
    return head + separator.join([part] * count) + tail


def members(size, url, head, tail):
    """The same with a different name for each member."""
    head = head.replace(b"@url", url)
    parts, left = [], size - len(head) - len(tail)
    while True:
        part = b'"x%x":0' % len(parts)
        left -= len(part) + 1
        if left < 0:
            return head + b",".join(parts) + tail
        parts.append(part)


FILLS = {
    "empty tags": lambda size, url: dense(size, url, b'{"value":"x",' + ID + b',"tags":{', b'"":""', b"}}"),
    "as many tags as may be": lambda size, url: (
        b'{"value":"x",' + ID.replace(b"@url", url) + b',"tags":{' + TAGS + b"}}"
    ),
    "tags that are no text": lambda size, url: members(size, url, b'{"value":"x",' + ID + b',"tags":{', b"}}"),
    "numbers in an unknown member": lambda size, url: dense(size, url, b'{"value":"x",' + ID + b',"more":[', b"0", b"]}"),
    "objects in an unknown member": lambda size, url: dense(size, url, b'{"value":"x",' + ID + b',"more":[', b"{}", b"]}"),
    "unknown members": lambda size, url: members(size, url, b'{"value":"x",' + ID + b",", b"}"),
    "numbers as the value": lambda size, url: dense(size, url, b"{" + ID + b',"value":[', b"0", b"]}"),
    "lists as the value": lambda size, url: dense(size, url, b"{" + ID + b',"value":[', b"[]", b"]}"),
    "minimal items": lambda size, url: dense(size, url, b'{"value":[', b'{"id":"@url/secrets/a"}', b"]}"),
    "objects as items": lambda size, url: dense(size, url, b'{"value":[', b"{}", b"]}"),
    "texts as items": lambda size, url: dense(size, url, b'{"value":[', b'""', b"]}"),
    "as many items with tags as may be": lambda size, url: dense(
        min(size, 256 * 3500),
        url,
        b'{"value":[',
        b'{"id":"@url/secrets/a","tags":{' + TAGS + b"}}",
        b"]}",
    ),
    "escapes in the value": lambda size, url: dense(size, url, b"{" + ID + b',"value":"', rb"\u0041\n", b'"}', b""),
    "escapes in a name": lambda size, url: dense(size, url, b'{"value":"x",' + ID + b',"tags":{"', rb"\u0041\n", b'":"x"}}', b""),
}


class DenseVault(Vault):
    """A vault whose reply is dense; that to the beginning of a deletion or a recovery is not, if the poller's is to be."""

    def __init__(self):
        super().__init__(b"")
        self.begins_well = False

    def _respond(self, server, connection):
        dense_body = self._body
        if self.begins_well and not self.requests[-1].startswith(b"GET"):
            started = b"{" + ID + b',"attributes":{},"recoveryId":"@url/deletedsecrets/a"}'
            self._body = started.replace(b"@url", self.url.encode())
        super()._respond(server, connection)
        self._body = dense_body


# The most bytes of its reply, its memory in MiB, whether the poller has the dense reply, and the call.
OPERATIONS = {
    "get_secret": (SECRET, 6, False, lambda client: client.get_secret("a")),
    "get_secrets": (SECRET, 6, False, lambda client: client.get_secrets(list("abcdefghij"))),
    "set_secret": (SECRET, 6, False, lambda client: client.set_secret("a", "x")),
    "update_secret_properties": (SECRET, 6, False, lambda client: client.update_secret_properties("a")),
    "list_properties_of_secrets": (PAGE, 6, False, lambda client: next(client.list_properties_of_secrets().by_page())),
    "list_properties_of_secret_versions": (
        PAGE,
        6,
        False,
        lambda client: next(client.list_properties_of_secret_versions("a").by_page()),
    ),
    "list_deleted_secrets": (PAGE, 6, False, lambda client: next(client.list_deleted_secrets().by_page())),
    "begin_delete_secret": (SECRET, 6, False, lambda client: client.begin_delete_secret("a").result()),
    "begin_delete_secret, polled": (SECRET, 6, True, lambda client: client.begin_delete_secret("a").wait()),
    "get_deleted_secret": (SECRET, 6, False, lambda client: client.get_deleted_secret("a")),
    "begin_recover_deleted_secret": (SECRET, 6, False, lambda client: client.begin_recover_deleted_secret("a").result()),
    "begin_recover_deleted_secret, polled": (
        SECRET,
        6,
        True,
        lambda client: client.begin_recover_deleted_secret("a").wait(),
    ),
    "purge_deleted_secret": (SECRET, 6, False, lambda client: client.purge_deleted_secret("a")),
    "restore_secret_backup": (SECRET, 12, False, lambda client: client.restore_secret_backup(b"x")),
    "backup_secret": (BACKUP, 12, False, lambda client: client.backup_secret("a")),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_dense_replies(limit, name):
    size, mebibytes, begins_well, call = OPERATIONS[name]
    limit(mebibytes)
    with DenseVault() as vault:
        vault.begins_well = begins_well
        client = vault.client()
        instance = None
        for fill_name, fill in FILLS.items():
            vault._body = fill(size, vault.url.encode())
            assert len(vault._body) <= size and (len(vault._body) > 0.8 * size or "as may be" in fill_name), fill_name
            try:
                results = call(client)
            except AzureError as error:
                results = [error]
            for result in results if isinstance(results, list) else [results]:
                assert not isinstance(result, AzureError) or isinstance(result, DecodeError), (fill_name, result)
            # It has not trapped.
            instance = instance or client._pool.first.instance
            assert client._pool.first.instance is instance is not None, fill_name


def test_the_operations_are_all():
    methods = {name for name in vars(SecretClient) if not name.startswith("_")} - {"close", "vault_url"}
    assert methods == {name.partition(",")[0] for name in OPERATIONS}


def test_dense_error_replies(limit):
    limit(6)
    body = dense(SECRET, b"", b'{"error":{"code":"', rb"\u0041\n", b'"}}', b"")
    with Vault(body, b"403 Forbidden") as vault:
        for _, mebibytes, _, call in OPERATIONS.values():
            client = vault.client()
            if mebibytes == 6:
                outcome = None
                try:
                    outcome = call(client)
                except AzureError as error:
                    outcome = [error]
                assert {one.status_code for one in outcome} == {403}


def test_dense_tokens(limit, monkeypatch):
    limit(6)
    head = json.dumps({"access_token": "a.b.c", "token_type": "Bearer", "expires_on": 4102444800}).encode()[:-1]
    bodies = [dense(TOKEN, b"", head + b',"more":[', part, b"]}") for part in (b"0", b"[]", b"{}", b'""', b'{"":0}')]
    bodies += [fill(TOKEN, b"https://v.vault.azure.net") for fill in FILLS.values()]
    for number, body in enumerate(bodies):
        reply = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body)
        with Server(respond_with(reply)) as server:
            monkeypatch.setenv("IDENTITY_ENDPOINT", server.url)
            monkeypatch.setenv("IDENTITY_HEADER", "header")
            credential = ManagedIdentityCredential()
            if number < 5:
                assert credential.get_token(SCOPE).token == "a.b.c"
            else:
                with pytest.raises(DecodeError):
                    credential.get_token(SCOPE)


def test_largest_backup(limit):
    limit(12)
    with Vault(b'{"value":"%s"}' % (b"AAAA" * 1_048_000)) as vault:
        backup = vault.client().backup_secret("a")
    assert backup == bytes(3_144_000)
    # What the program passes comes on top.
    limit(12 + 4)
    with Vault(b"{" + ID + b',"attributes":{}}') as vault:
        assert vault.client(StaticCredential()).restore_secret_backup(backup).name == "a"
        assert len(vault.requests[-1]) > 4_192_000
