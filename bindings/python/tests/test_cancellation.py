"""Cancelled tasks, and functions of the program that take too long."""

import asyncio
import threading
import time

import pytest
from conftest import SCOPE
from servers import LONG, SECRET, Server, Vault, Watched, in_thread
from test_connections import drip_body

import keyfob.aio
from keyfob.exceptions import AzureError
from keyfob.identity import AccessToken, ManagedIdentityCredential


def cancel_when(reached, call):
    """Cancels a call when the condition holds."""

    async def main():
        task = asyncio.create_task(call())
        while not reached():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_cancelled_task_closes_its_connections(monkeypatch, finished_requests):
    with Watched(drip_body) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.url)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        credential = keyfob.aio.ManagedIdentityCredential()
        cancel_when(lambda: server.requests, lambda: credential.get_token(SCOPE))
        assert server.ended.acquire(timeout=LONG)
        assert finished_requests.acquire(timeout=LONG)
        pool = credential._sync_credential._pool
        ending = threading.Thread(target=pool.executor().shutdown, daemon=True)
        ending.start()
        ending.join(LONG)
        assert not ending.is_alive() and pool._idle == [pool.first]
        # The instance is still there, and can be used.
        assert pool.first.instance is not None
        assert credential._sync_credential.explain()


def test_cancelled_task_makes_no_further_calls(fake_vaults):
    client = keyfob.aio.SecretClient("https://slow-vault.vault.azure.net", keyfob.aio.ManagedIdentityCredential())
    pool = client._sync_client._pool
    # Deleting takes seconds in this vault: the cancelled task would ask again and again until then.
    cancel_when(lambda: pool._idle == [], lambda: client.delete_secret("secret-a"))
    pool.executor().shutdown()
    assert pool._idle == [pool.first]


def test_slow_credential_of_the_program_leaves_the_instance():
    class Slow:
        def get_token(self, *scopes, **options):
            # Until the component would be stopped if it worked.
            while client._pool.first._deadline.remaining_with_grace() > -0.5:
                time.sleep(0.01)
            return AccessToken("a-token", int(time.time()) + 3600)

    with Vault(SECRET) as vault:
        client = vault.client(Slow())
        instance = client._pool.first.instance
        with pytest.raises(AzureError) as raised:
            client.get_secret("a", timeout=0.2)
        assert raised.value.kind == "timed-out" and client._pool.first.instance is instance
        # Its token was not lost.
        assert client.get_secret("a").value == "x"


def test_guests_share_connections(monkeypatch):
    connections = []

    def serve(server, connection):
        connections.append(connection)
        reply = b'{"access_token":"a-token","expires_on":"4102444800","token_type":"Bearer"}'
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(reply), reply))
        while connection.recv(65536):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(reply), reply))

    with Server(serve) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.url)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        credential = ManagedIdentityCredential()
        credential.get_token(SCOPE)
        with credential._pool._taken(()):
            assert in_thread(lambda: credential.get_token(SCOPE, timeout=LONG))().token == "a-token"
        assert len(credential._pool._guests) == 2 and len(connections) == 1
