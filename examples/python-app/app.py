"""Signs links to downloads with a key from Key Vault, as the edge app does in Rust."""

import hmac
import os

import wit_world
from componentize_py_types import Err
from wit_world.imports.identity import Credential
from wit_world.imports.secrets import SecretClient


class WitWorld(wit_world.WitWorld):
    def sign(self, path: str) -> str:
        try:
            credential = Credential.default_azure(None)
            client = SecretClient.create(os.environ.get("KEYVAULT_URL", ""), credential, None)
            key = client.get_secret("link-key", None).value
        except Err as error:
            raise Err(f"{error.value.message}\n\nhint: {error.value.hint or 'none'}") from None
        return f"{path}?signature={hmac.digest(key.encode(), path.encode(), "sha256").hex()}"
