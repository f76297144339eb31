"""Signs links to downloads with a key from Key Vault, as the edge app does in Rust."""

import hmac
import itertools
import os

import wit_world
from componentize_py_types import Err
from wit_world.imports.identity import Credential
from wit_world.imports.secrets import SecretClient
from wit_world.imports.types import AzureError


def report(error: AzureError) -> str:
    """The cause, what was tried, and what to change. Credentials of which the same is to be said share a line."""
    groups = itertools.groupby(error.attempts, lambda attempt: attempt.message)
    tried = ((", ".join(attempt.credential for attempt in group), message) for message, group in groups)
    lines = [error.message, "", *(f"  {names:26}  {message}" for names, message in tried)]
    return "\n".join([*lines, "", "Fix:", *(f"  {line}" for line in (error.hint or "none known").split("\n"))])


class WitWorld(wit_world.WitWorld):
    def sign(self, path: str) -> str:
        try:
            credential = Credential.default_azure(None)
            client = SecretClient.create(os.environ.get("KEYVAULT_URL", ""), credential, None)
            key = client.get_secret("link-key", None).value
        except Err as error:
            raise Err(report(error.value)) from None
        return f"{path}?signature={hmac.digest(key.encode(), path.encode(), "sha256").hex()}"
