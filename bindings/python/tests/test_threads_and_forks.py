"""Threads, forks, garbage collection, and the replacement of an instance after a trap."""

import gc
import multiprocessing
import os
import pickle
import signal
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from keyfob._component import pool as pools
from keyfob._component.host import Host
from keyfob.exceptions import AzureError, ResourceNotFoundError
from keyfob.identity import ManagedIdentityCredential
from keyfob.secrets import SecretClient

requires_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture
def client(fake_vaults):
    client = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential())
    client.set_secret("a", "x")
    return client


def test_threads_share_a_client(client):
    with ThreadPoolExecutor(8) as pool:
        secrets = list(pool.map(lambda _: client.get_secret("a").value, range(200)))
    assert secrets == ["x"] * 200


def test_one_client_per_thread(client):
    def function(number):
        own = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential())
        own.set_secret(f"t{number}", str(number))
        return [own.get_secret(f"t{number}").value for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(function, range(8))) == [[str(number)] * 20 for number in range(8)]


def run_in_forked_child(function):
    """Runs a function in a forked child process and returns its result."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(60)
            os.write(write, pickle.dumps(function()))
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        pickled = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    return pickle.loads(pickled)


@requires_fork
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_parent_and_child_work_after_fork(client):
    for _ in range(3):
        assert run_in_forked_child(lambda: client.get_secret("a").value) == "x"
        assert client.get_secret("a").value == "x"
    # A client that the child creates, and threads of the child, work too.
    fresh = lambda: SecretClient(client.vault_url, ManagedIdentityCredential()).get_secret("a").value  # noqa: E731
    assert run_in_forked_child(fresh) == "x"
    with_threads = lambda: list(ThreadPoolExecutor(4).map(lambda _: client.get_secret("a").value, range(8)))  # noqa: E731
    assert run_in_forked_child(with_threads) == ["x"] * 8


@requires_fork
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_fork_during_a_call(client, monkeypatch):
    inside, forked = threading.Event(), threading.Event()
    wait = Host.wait

    def slow(host, limit):
        if threading.current_thread() is caller:
            inside.set()
            forked.wait(60)
        return wait(host, limit)

    monkeypatch.setattr(Host, "wait", slow)
    values = []
    caller = threading.Thread(target=lambda: values.append(client.get_secret("a").value))
    caller.start()
    inside.wait(60)
    assert run_in_forked_child(lambda: client.get_secret("a").value) == "x"
    forked.set()
    caller.join(60)
    assert values == ["x"]


_inherited = None


def read_inherited(name):
    return _inherited.get_secret(name).value


@requires_fork
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_process_pool(client):
    global _inherited
    _inherited = client
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("fork")) as pool:
        assert list(pool.map(read_inherited, ["a"] * 12)) == ["x"] * 12
        with pytest.raises(ResourceNotFoundError) as raised:
            pool.submit(read_inherited, "missing").result()
    # The exception keeps its attributes when it is pickled.
    assert (raised.value.kind, raised.value.status_code, raised.value.error.code) == (
        "not-found",
        404,
        "SecretNotFound",
    )


def test_dropped_clients_free_their_resources(client):
    instance = client._pool.first.instance
    memory = instance.store
    for _ in range(10_000):
        SecretClient(client.vault_url, credential_of(client))
    gc.collect()
    assert client.get_secret("a").value == "x"
    assert client._pool.first.instance is instance and instance.store is memory
    assert not client._pool.first.deferred_drops
    assert len(instance.resources) <= 4
    before = len(pools._pools)
    for _ in range(1_000):
        ManagedIdentityCredential().explain()
    gc.collect()
    assert len(pools._pools) <= before + 1


def test_reference_cycles_are_collected(client):
    """The garbage collector finalizes the members of a reference cycle in any order."""
    instance = client._pool.first.instance
    for _ in range(100):
        circle = [SecretClient(client.vault_url, credential_of(client))]
        circle.append(circle)
    del circle
    gc.collect()
    assert client.get_secret("a").value == "x"
    assert client.get_secret("a").value == "x"
    assert client._pool.first.instance is instance and len(instance.resources) <= 4


def credential_of(client):
    """The credential that a client was created with."""
    return client._credential


def test_lists_and_pollers_outlive_their_client(client):
    pages = client.list_properties_of_secrets(max_page_size=1).by_page()
    poller = client.begin_delete_secret("a")
    del client
    gc.collect()
    assert [one.name for one in next(pages)] in (["a"], ["cert"])
    assert poller.result().name == "a"


def trap(client, monkeypatch):
    """Makes the component trap during a call."""

    def broken(host):
        raise ZeroDivisionError("a fault")

    with monkeypatch.context() as patched:
        patched.setattr(Host, "unix_now", broken)
        with pytest.raises(ZeroDivisionError):
            client.get_secret("a")


def test_instance_is_replaced_after_host_exception(client, monkeypatch):
    pages = client.list_properties_of_secrets().by_page()
    other = SecretClient("https://other-vault.vault.azure.net", credential_of(client))
    before = client._pool.first.instance
    trap(client, monkeypatch)
    assert client.get_secret("a").value == "x"
    assert client._pool.first.instance is not before
    # Clients with the same credential are created again; lists and pollers can't be.
    assert other.set_secret("b", "y").value == "y"
    with pytest.raises(AzureError, match="restarted") as raised:
        next(pages)
    assert raised.value.hint == "Start the list or the operation again"


def test_instance_is_replaced_after_trap(client):
    instance = client._pool.first.instance
    # Use after drop, which only a bug in this package could cause.
    resource = client._handle.resource(client._pool.first, instance)
    resource.drop(instance.store)
    with pytest.raises(AzureError, match="stopped during the call"):
        client.get_secret("a")
    assert client.get_secret("a").value == "x"


def test_instance_is_replaced_after_host_type_error(client, monkeypatch):
    """wasmtime reports a result of the wrong type as a TypeError, not as a trap."""
    with monkeypatch.context() as patched:
        patched.setattr(Host, "unix_now", lambda host: "now")
        with pytest.raises(TypeError):
            client.get_secret("a")
    assert client.get_secret("a").value == "x"


def test_keyboard_interrupt_reaches_the_caller(client, monkeypatch):
    def interrupted(host, limit):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Host, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.get_secret("a")
    assert client.get_secret("a").value == "x"


def test_http_threads_are_reused(client):
    def count():
        return sum(thread.name == "keyfob-http" for thread in threading.enumerate())

    before = count()
    for _ in range(50):
        client.get_secret("a")
    # A thread that has put its result into the queue may not be idle yet when the next request starts.
    assert count() <= before + 3
