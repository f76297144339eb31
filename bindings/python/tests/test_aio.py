"""The classes for asyncio."""

import asyncio
import os
import threading

import azure.identity.aio
import azure.keyvault.secrets.aio
import pytest
from conftest import SECRET_VALUE, USER_ASSIGNED_CLIENT_ID

from keyfob.aio import ChainedTokenCredential, DefaultAzureCredential, ManagedIdentityCredential, SecretClient
from keyfob.exceptions import ClientAuthenticationError, ResourceNotFoundError



def test_quick_start(app_service):
    async def main():
        async with (
            DefaultAzureCredential() as credential,
            SecretClient(os.environ["KEYVAULT_URL"], credential) as client,
        ):
            with pytest.raises(ClientAuthenticationError) as raised:
                await client.get_secret("secret-a")
            assert "AZURE_CLIENT_ID" in raised.value.hint
        credential = DefaultAzureCredential(managed_identity_client_id=USER_ASSIGNED_CLIENT_ID)
        return (await SecretClient(os.environ["KEYVAULT_URL"], credential).get_secret("secret-a")).value

    assert asyncio.run(main()) == SECRET_VALUE


def test_every_client_method(fake_vaults):
    async def main():
        client = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential(), cache_ttl=60)
        first = await client.set_secret("a", "one", tags={"x": "y"})
        await client.set_secret("b", "two")
        assert (await client.get_secret("a", first.properties.version)).value == "one"
        a, missing = await client.get_secrets(["a", "missing"])
        assert a.value == "one" and isinstance(missing, ResourceNotFoundError)
        assert (await client.update_secret_properties("a", content_type="new")).content_type == "new"
        assert [one.name async for one in client.list_properties_of_secrets()] == ["a", "b", "cert"]
        assert [len(page) async for page in client.list_properties_of_secrets(max_page_size=2).by_page()] == [2, 1]
        assert len([one async for one in client.list_properties_of_secret_versions("a")]) == 1
        backup = await client.backup_secret("a")
        assert (await client.delete_secret("a")).name == "a"
        assert (await client.get_deleted_secret("a")).deleted_date is not None
        assert [one.name async for one in client.list_deleted_secrets()] == ["a"]
        assert (await client.recover_deleted_secret("a")).name == "a"
        await client.delete_secret("a")
        await client.purge_deleted_secret("a")
        assert (await client.restore_secret_backup(backup)).name == "a"

    asyncio.run(main())


def test_event_loop_is_not_blocked(fake_vaults):
    async def main():
        client = SecretClient("https://slow-vault.vault.azure.net", ManagedIdentityCredential())
        # Deleting takes four seconds in this vault. Meanwhile the loop serves calls with another credential.
        deleting = asyncio.create_task(client.delete_secret("secret-a"))
        other = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential())
        while not (await asyncio.wait([deleting], timeout=0.01))[0]:
            values.append((await other.set_secret("a", "x")).value)
        assert (await deleting).name == "secret-a"

    values = []
    asyncio.run(main())
    assert len(values) > 1


def test_concurrent_tasks_share_a_client(fake_vaults):
    async def main():
        client = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential())
        await client.set_secret("a", "x")
        return await asyncio.gather(*[client.get_secret("a") for _ in range(50)])

    assert {secret.value for secret in asyncio.run(main())} == {"x"}


def test_client_used_from_two_event_loops(fake_vaults):
    client = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential())
    assert asyncio.run(client.set_secret("a", "x")).value == "x"
    assert asyncio.run(client.get_secret("a")).value == "x"


def test_client_works_after_a_cancelled_call(fake_vaults):
    async def main():
        client = SecretClient("https://slow-vault.vault.azure.net", ManagedIdentityCredential())
        deleting = asyncio.create_task(client.delete_secret("secret-a"))
        await asyncio.sleep(0)
        deleting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await deleting
        return [one.name async for one in client.list_deleted_secrets()]

    assert asyncio.run(main()) in ([], ["secret-a"])


def test_interop_with_azure_sdk_aio(app_service):
    async def main():
        url = os.environ["KEYVAULT_URL"]
        keyfob_credential = DefaultAzureCredential(managed_identity_client_id=USER_ASSIGNED_CLIENT_ID)
        async with azure.keyvault.secrets.aio.SecretClient(url, keyfob_credential) as azure_client:
            assert (await azure_client.get_secret("secret-a")).value == SECRET_VALUE

        async with azure.identity.aio.ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID) as azure_credential:
            assert (await SecretClient(url, azure_credential).get_secret("secret-a")).value == SECRET_VALUE
            chain = ChainedTokenCredential(
                azure.identity.aio.EnvironmentCredential(), azure_credential, keyfob_credential
            )
            assert (await SecretClient(url, chain).get_secret("secret-a")).value == SECRET_VALUE

    asyncio.run(main())


def test_event_loop_closed_during_a_call(app_service):
    class NeverAnswers:
        async def get_token(self, *scopes, **options):
            requested.set()
            await asyncio.Event().wait()

    async def main():
        calling = asyncio.create_task(client.get_secret("secret-a"))
        while not requested.is_set():
            await asyncio.sleep(0.01)
        calling.cancel()

    requested = threading.Event()
    client = SecretClient(os.environ["KEYVAULT_URL"], NeverAnswers())
    asyncio.run(main())
    # The executor's thread ends.
    ending = threading.Thread(target=client._sync_client._pool.executor().shutdown, daemon=True)
    ending.start()
    ending.join(timeout=60)
    assert not ending.is_alive()


def test_async_credential_in_sync_client_is_rejected(app_service):
    import keyfob.secrets

    client = keyfob.secrets.SecretClient(os.environ["KEYVAULT_URL"], azure.identity.aio.ManagedIdentityCredential())
    with pytest.raises(ClientAuthenticationError, match="use it with the classes of keyfob.aio"):
        client.get_secret("secret-a")
