"""What an app on Azure does: it knows the vault's URL and nothing of where it runs."""

import os

from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

client = SecretClient(vault_url=os.environ["KEYVAULT_URL"], credential=DefaultAzureCredential())
print(client.get_secret("secret-a").value)
