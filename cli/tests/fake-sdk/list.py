"""Lists a vault's secrets, two per page."""

import os

from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

client = SecretClient(vault_url=os.environ["KEYVAULT_URL"], credential=DefaultAzureCredential())
for page in client.list_properties_of_secrets(max_page_size=2).by_page():
    print(", ".join(secret.name if secret.enabled else f"{secret.name} (disabled)" for secret in page))
