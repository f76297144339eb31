"""An app as it runs on Azure: it knows only the vault's URL."""

import os

from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

client = SecretClient(vault_url=os.environ["KEYVAULT_URL"], credential=DefaultAzureCredential())
print(client.get_secret("secret-a").value)
