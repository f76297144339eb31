"""The outcomes of calls, in the classes that the test compares."""

import json

from azure.core import exceptions as core
from azure.identity import CredentialUnavailableError

_STATUSES = {401: "failed", 403: "forbidden", 404: "not-found", 409: "conflict", 429: "throttled"}


class Attempts:
    """The credentials of a chain that were tried in one call, each with its outcome."""

    def __init__(self):
        self.list = []

    def observe(self, name, credential):
        """Records the outcome whenever one of the credential's two methods for a token is called."""
        for method in ("get_token", "get_token_info"):
            if hasattr(credential, method):
                setattr(credential, method, self._recording(name, getattr(credential, method)))

    def _recording(self, name, inner):
        def call(*args, **kwargs):
            try:
                token = inner(*args, **kwargs)
            except Exception as error:
                self.list.append([name, classify(error)])
                raise
            self.list.append([name, "success"])
            return token

        return call


def classify(error):
    """The class of an exception."""
    if isinstance(error, CredentialUnavailableError):
        return "unavailable"
    if isinstance(error, core.ClientAuthenticationError):
        return "failed"
    if isinstance(error, (core.ServiceRequestTimeoutError, core.ServiceResponseTimeoutError)):
        return "timed-out"
    if isinstance(error, (core.ServiceRequestError, core.ServiceResponseError)):
        return "transport"
    if isinstance(error, (core.DecodeError, core.IncompleteReadError)):
        return "unexpected-reply"
    if isinstance(error, core.HttpResponseError):
        status = error.status_code or 0
        return _STATUSES.get(status) or ("service" if status >= 400 else "unexpected-reply")
    # The SDK does not catch these exceptions of its parsers. They are ValueErrors too.
    if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)):
        return "unexpected-reply"
    if isinstance(error, ValueError):
        return "invalid-argument"
    return type(error).__name__
