"""Calls every operation of the SDK's secret client, including calls that fail, and prints the results."""

import re
from datetime import datetime, timedelta, timezone

from azure.core.exceptions import HttpResponseError
from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

credential = DefaultAzureCredential()


def vault(name):
    return SecretClient(vault_url=f"https://{name}.vault.azure.net", credential=credential)


def print_error(call, *arguments, **options):
    """Prints status, class and codes of the error that a call fails with, and the first sentence of its message."""
    try:
        call(*arguments, **options)
    except HttpResponseError as error:
        inner = (error.error.innererror or {}).get("code", "-")
        sentence = error.error.message.splitlines()[0].split(". ")[0].rstrip(".")
        sentence = re.sub("[0-9a-f]{32}", "VERSION", sentence)
        print(f"  {error.status_code} {type(error).__name__} {error.error.code} {inner}: {sentence}")
    else:
        print("  not refused")


client = vault("my-vault")

print("set and get")
first = client.set_secret("Secret-A", "the first value of secret-a")
expiry = datetime(2030, 1, 1, tzinfo=timezone.utc)
second = client.set_secret(
    "secret-a", "the value of secret-a", content_type="text/plain", tags={"owner": "me"}, expires_on=expiry
)
got = client.get_secret("secret-a")
print(" ", got.name, got.value, got.properties.content_type, got.properties.tags, got.properties.expires_on == expiry)
print(" ", got.properties.version == second.properties.version != first.properties.version, got.id == second.id)
print(" ", client.get_secret("secret-a", first.properties.version).value)
age = datetime.now(timezone.utc) - got.properties.created_on
print(" ", abs(age) < timedelta(minutes=5), got.properties.recovery_level, got.properties.recoverable_days)
print_error(client.set_secret, "too-large", "x" * 25601)
print_error(client.set_secret, "bad_name", "x")
print_error(client.get_secret, "missing")

print("a certificate")
cert = client.get_secret("cert", out_content_type="application/x-pem-file")
print(" ", cert.properties.managed, cert.properties.key_id, cert.properties.previous_version)
print_error(client.set_secret, "cert", "x")

print("update")
updated = client.update_secret_properties("secret-a", tags={"owner": "you"}, content_type="new")
print(" ", updated.version == second.properties.version, updated.content_type, updated.tags, updated.expires_on == expiry)
client.update_secret_properties("secret-a", enabled=False)
print_error(client.get_secret, "secret-a")
client.update_secret_properties("secret-a", enabled=True)
print(" ", client.get_secret("secret-a").value)

print("list")
for number in range(26):
    client.set_secret(f"s-{number:02}", "x")
pages = [[secret.name for secret in page] for page in client.list_properties_of_secrets().by_page()]
print(" ", [len(page) for page in pages], pages[0][:3], pages[1])
versions = list(client.list_properties_of_secret_versions("secret-a"))
print(" ", {secret.version for secret in versions} == {first.properties.version, second.properties.version}, len(versions))
print(" ", list(client.list_properties_of_secret_versions("missing")))

print("delete, recover, purge")
poller = client.begin_delete_secret("secret-a")
poller.wait()
deleted = poller.result()
print(" ", deleted.name, deleted.recovery_id, deleted.scheduled_purge_date - deleted.deleted_date)
print_error(client.get_secret, "secret-a")
print_error(client.set_secret, "secret-a", "x")
print(" ", client.get_deleted_secret("secret-a").deleted_date == deleted.deleted_date)
print(" ", [secret.name for secret in client.list_deleted_secrets()])
poller = client.begin_recover_deleted_secret("secret-a")
poller.wait()
print(" ", poller.result().name, client.get_secret("secret-a").value, list(client.list_deleted_secrets()))
client.begin_delete_secret("s-00").wait()
print(" ", client.purge_deleted_secret("s-00"))
print_error(client.get_deleted_secret, "s-00")
print_error(client.purge_deleted_secret, "s-00")

print("backup and restore")
backup = client.backup_secret("secret-a")
print(" ", type(backup).__name__, b"value" in backup)
print_error(client.restore_secret_backup, backup)
client.begin_delete_secret("secret-a").wait()
print_error(client.restore_secret_backup, backup)
client.purge_deleted_secret("secret-a")
restored = client.restore_secret_backup(backup)
print(" ", restored.name, restored.version == second.properties.version, client.get_secret("secret-a").value)
print(" ", vault("other-vault").restore_secret_backup(backup).vault_url)
print(" ", vault("other-vault").get_secret("secret-a", first.properties.version).value)
print_error(vault("other-vault").restore_secret_backup, backup[:-1] + bytes([backup[-1] ^ 1]))

print("in its own time")
slow = vault("slow-vault")
poller = slow.begin_delete_secret("secret-a")
print_error(slow.set_secret, "secret-a", "x")
print_error(slow.get_deleted_secret, "secret-a")
poller.wait()
poller = slow.begin_recover_deleted_secret("secret-a")
print_error(slow.get_secret, "secret-a")
print_error(slow.set_secret, "secret-a", "x")
poller.wait()
print(" ", slow.get_secret("secret-a").value)

print("refusals")
protected = vault("protected-vault")
deleted = protected.begin_delete_secret("secret-a").result()
print(" ", deleted.properties.recovery_level, deleted.properties.recoverable_days)
print_error(protected.purge_deleted_secret, "secret-a")
print(" ", vault("policy-vault").get_secret("secret-a").value)
print_error(vault("policy-vault").set_secret, "secret-a", "x")
print_error(vault("reader-vault").get_secret, "secret-a")
print_error(vault("firewall-vault").get_secret, "secret-a")
print_error(vault("private-vault").get_secret, "secret-a")
print(" ", vault("busy-vault").get_secret("secret-a").value)
