"""Azure identity and Key Vault secrets, with the API of the Azure SDK.

To use it in a program written for the Azure SDK, change two import lines::

    from keyfob.identity import DefaultAzureCredential
    from keyfob.secrets import SecretClient

The package runs Keyfob's WebAssembly component. This process sends the component's HTTP requests, with its own proxy
settings and certificate authorities. Errors have a ``hint`` that says what to change.

The classes for asyncio are in :mod:`keyfob.aio`, the exceptions in :mod:`keyfob.exceptions`.
"""

__version__ = "0.1.0"
