"""Keyword arguments of the Azure SDK: those that can't change what a call means here, and those that are set elsewhere."""

from __future__ import annotations

import difflib
import functools
import inspect
import logging
import types
from typing import Any, Callable, FrozenSet, Mapping, Tuple, Type, TypeVar

from ._argument_types import check_types

C = TypeVar("C")

_TEXTS = ("name", "value")
_LOGGER = logging.getLogger("keyfob")

_IGNORED = frozenset(
    {
        # Logs and traces, which have settings of their own.
        "auto_request_id",
        "base_user_agent",
        "enable_support_logging",
        "http_logging_level",
        "http_logging_policy",
        "logging_body",
        "logging_enable",
        "logging_policy",
        "merge_span",
        "network_span_namer",
        "request_id",
        "request_id_header_name",
        "sdk_moniker",
        "tracing_attributes",
        "tracing_options",
        "user_agent",
        "user_agent_overwrite",
        "user_agent_policy",
        "user_agent_use_env",
        # Time limits of parts of a call: the component has its own.
        "connection_data_block_size",
        "connection_timeout",
        "polling_interval",
        "_polling_interval",
        "read_timeout",
        # Tokens are cached in memory.
        "cache_persistence_options",
        # Redirects are never followed.
        "disable_redirect_cleanup",
        "permit_redirects",
        "redirect_max",
        "redirect_on_status_codes",
        "redirect_remove_headers",
    }
)

DEVELOPER_KEYWORDS = frozenset(
    {
        "broker_client_id",
        "broker_tenant_id",
        "interactive_browser_client_id",
        "interactive_browser_tenant_id",
        "process_timeout",
        "shared_cache_tenant_id",
        "shared_cache_username",
        "visual_studio_code_tenant_id",
    }
)
"""Options of the developer credentials, which are never in this package's default chain."""

ENTRA_KEYWORDS = frozenset({"additionally_allowed_tenants", "authority", "disable_instance_discovery"})
"""Options that the Azure SDK takes also where no token is requested from Microsoft Entra ID."""

_OWN_REQUESTS = "this package sends its requests itself"
_PROXY = f"{_OWN_REQUESTS}. For a proxy, set HTTPS_PROXY and NO_PROXY"
_CERTIFICATES = f"{_OWN_REQUESTS}. To trust a certificate authority, set REQUESTS_CA_BUNDLE or SSL_CERT_FILE to its file"
_PIPELINE = (
    f"{_OWN_REQUESTS}. For a proxy, set HTTPS_PROXY; to trust a certificate authority, REQUESTS_CA_BUNDLE; to see the "
    "requests, AZURE_LOG_LEVEL=verbose"
)
_RESUME = "neither a list nor an operation can be resumed by a token. Keep the iterator or the poller"

# What can't be had here, and where it is set instead.
_ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "authentication_policy",
            "credential_scopes",
            "custom_hook_policy",
            "generated_client",
            "generated_models",
            "headers_policy",
            "per_call_policies",
            "per_retry_policies",
            "pipeline",
            "policies",
            "raw_request_hook",
            "raw_response_hook",
            "redirect_policy",
            "retry_policy",
            "retry_policy_class",
            "session",
            "session_owner",
            "transport",
        ),
        _PIPELINE,
    ),
    **dict.fromkeys(("proxies", "proxy_policy", "use_env_settings"), _PROXY),
    **dict.fromkeys(("connection_verify", "verify"), _CERTIFICATES),
    **dict.fromkeys(
        ("cert", "connection_cert"), f"{_OWN_REQUESTS}, without a client certificate of TLS. A proxy can add it"
    ),
    **dict.fromkeys(
        ("cls", "content", "error_map", "headers", "params", "stream"),
        f"{_OWN_REQUESTS}, and no part of one can be given",
    ),
    "continuation_token": _RESUME,
    "enable_azure_proxy": "the token proxy of AKS identity bindings can't be used. Use the federated token of the pod",
    "regional_authority": "tokens are requested from the authority. Set AZURE_AUTHORITY_HOST for another one",
    "timeout": "give `timeout` to the calls, in seconds",
}
# Values of these that ask for what is done anyway.
_HARMLESS: Mapping[str, Any] = {
    "connection_verify": True,
    "enable_azure_proxy": False,
    "session_owner": True,
    "stream": False,
    "use_env_settings": True,
    "verify": True,
}


# Whoever gives one of these believes to choose an identity by it.
_IDENTITY_WORDS = (
    *("certificate", "client_id", "client_secret", "credential", "identity", "object_id"),
    *("password", "principal_id", "resource_id", "tenant", "token", "username"),
)


def check_keywords(
    owner: str, function: Callable[..., Any], options: Mapping[str, Any], also_ignored: FrozenSet[str] = frozenset()
) -> None:
    """Refuses keyword arguments that would change what a call does.

    The Azure SDK drops keyword arguments of a constructor that it does not know. One that is like none of this package's
    is dropped here too, and the log says so.

    :param owner: the name of the class or the method, for people.
    :param function: the constructor or the method, whose own arguments are suggested for a misspelt one.
    :param also_ignored: further names that can't change anything.
    :raises TypeError: there is one. Nothing was sent.
    """
    for name, value in options.items():
        if name in _ELSEWHERE:
            if value is None or value is _HARMLESS.get(name) or (isinstance(value, (dict, list, tuple)) and not value):
                continue
            raise TypeError(f"{owner} takes no argument {name}: {_ELSEWHERE[name]}")
        if name in _IGNORED or name in also_ignored or name.startswith("retry_"):
            continue
        own = [one for one in inspect.signature(function).parameters if one not in ("self", "keywords")]
        near = [one for one in own if one.endswith(f"_{name}")] or difflib.get_close_matches(name, [*own, *also_ignored], n=1)
        refused = near or "." in owner or any(word in name for word in _IDENTITY_WORDS)
        if refused:
            raise TypeError(f"{owner} has no argument {name}{f'; did you mean {near[0]}?' if near else ''}")
        _LOGGER.warning("%s has no argument %s, which is ignored", owner, name)


def check_method_arguments(decorated: Type[C]) -> Type[C]:
    """Decorates the methods of a class that take ``**keywords``: they refuse those that would change what a call does, and
    arguments of another type."""
    for name, method in list(vars(decorated).items()):
        if isinstance(method, types.FunctionType):
            parameters = inspect.signature(method).parameters
            if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values()):
                owner = decorated.__name__ if name == "__init__" else f"{decorated.__name__}.{name}"
                setattr(decorated, name, _checked(owner, method, tuple(parameters)))
    return decorated


def _checked(owner: str, method: Callable[..., Any], known: Tuple[str, ...]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(*arguments: Any, **options: Any) -> Any:
        others = {name: value for name, value in options.items() if name not in known}
        check_keywords(owner, method, others)
        given = {**dict(zip(known, arguments)), **options}
        for name in _TEXTS:
            # A variable that is not set is None, for example.
            if name in given and given[name] is None:
                raise TypeError(f"{owner}: {name} must be str, not NoneType")
        check_types(owner, given)
        return method(*arguments, **options)

    return call
