"""The public names of the Azure SDK's packages, their members, and the arguments that they take."""

import inspect

import azure.core.exceptions
import azure.identity
import azure.identity.aio
import azure.keyvault.secrets
import azure.keyvault.secrets.aio
import pytest
from conftest import ROOT

import keyfob.aio
import keyfob.exceptions
import keyfob.identity
import keyfob.identity.aio
import keyfob.secrets
import keyfob.secrets.aio

PACKAGES = {
    "identity": (azure.identity, keyfob.identity),
    "identity.aio": (azure.identity.aio, keyfob.identity.aio),
    "secrets": (azure.keyvault.secrets, keyfob.secrets),
    "secrets.aio": (azure.keyvault.secrets.aio, keyfob.secrets.aio),
    "exceptions": (azure.core.exceptions, keyfob.exceptions),
}
README = (ROOT / "bindings/python/README.md").read_text()
# Of azure.core's pipeline, which this package does not have.
PIPELINE = {"send_request"}
SPECIAL = ("__enter__", "__exit__", "__aenter__", "__aexit__", "__iter__", "__next__", "__aiter__", "__anext__")


def classes(package):
    theirs, ours = PACKAGES[package]
    for name in getattr(theirs, "__all__", dir(theirs)):
        if inspect.isclass(getattr(theirs, name)) and hasattr(ours, name):
            yield name, getattr(theirs, name), getattr(ours, name)


@pytest.mark.parametrize("package", ["identity", "identity.aio", "secrets", "secrets.aio"])
def test_absent_names_are_listed(package):
    theirs, ours = PACKAGES[package]
    absent = [name for name in theirs.__all__ if not hasattr(ours, name)]
    assert [name for name in absent if f"`{name}`" not in README] == []
    assert [name for name in theirs.__all__ if hasattr(ours, name) and name not in ours.__all__] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_members(package):
    for name, theirs, ours in classes(package):
        public = {one for one in dir(theirs) if not one.startswith("_") or one in SPECIAL}
        assert public - set(dir(ours)) - PIPELINE == set(), name


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "exceptions"])
def test_arguments(package):
    """Each argument of the Azure SDK that is in a signature, by its name and its position."""
    for name, theirs, ours in classes(package):
        for member in ("__init__", *(one for one in dir(theirs) if not one.startswith("_"))):
            if member in PIPELINE or not inspect.isfunction(getattr(theirs, member)):
                continue
            expected, given = (inspect.signature(getattr(one, member)).parameters for one in (theirs, ours))
            named = [one for one in expected.values() if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
            missing = [one.name for one in named if one.name not in given]
            positions = [one.name for one in named if one.kind is one.POSITIONAL_OR_KEYWORD]
            assert (missing, list(given)[: len(positions)]) == ([], positions), f"{name}.{member}"
            is_coroutine = inspect.iscoroutinefunction(getattr(theirs, member))
            assert inspect.iscoroutinefunction(getattr(ours, member)) == is_coroutine, f"{name}.{member}"


def test_signature_of_a_subclass():
    class Own(keyfob.aio.ClientSecretCredential):
        def __init__(self, setting):
            super().__init__(setting, "client", "secret")

    assert list(inspect.signature(Own).parameters) == ["setting"]
    assert list(inspect.signature(keyfob.aio.ClientSecretCredential).parameters)[:3] == ["tenant_id", "client_id", "client_secret"]
