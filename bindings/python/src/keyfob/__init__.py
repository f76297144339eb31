"""Azure identity and Key Vault secrets, in the shape of the Azure SDK.

Change two import lines of a program::

    from keyfob.identity import DefaultAzureCredential
    from keyfob.secrets import SecretClient

and leave the rest as it is. What does the work is one WebAssembly component, which this package carries; it is the same
for programs in every language. Its requests are sent by this process, so they go through its proxy and trust its
certificate authorities. Where it fails, the error says what to change.

For asyncio the same classes are in ``keyfob.aio``, and the exceptions are in ``keyfob.exceptions``.
"""

__version__ = "0.1.0"
