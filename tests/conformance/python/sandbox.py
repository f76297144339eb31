"""Replaces this machine's time, environment variables and files by those of a case; closes network and processes."""

import builtins
import datetime
import io
import os
import socket
import subprocess
import time

from channel import send_and_receive
from clock import CLOCK

_NATIVE_OPEN = io.open
_NATIVE_STAT = os.stat
_NATIVE_LSTAT = os.lstat


class VirtualDatetime(datetime.datetime):
    """`datetime` whose current time is the virtual clock's."""

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(CLOCK.now, tz)

    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(CLOCK.now, datetime.timezone.utc).replace(tzinfo=None)


def patch_time():
    """Replaces the clocks and `sleep`. Call it before the SDK is imported: its modules may import these names."""

    def sleep(seconds):
        send_and_receive({"sleep": max(0.0, float(seconds))})

    time.time = lambda: CLOCK.now
    time.monotonic = lambda: CLOCK.now
    time.perf_counter = lambda: CLOCK.now
    time.sleep = sleep
    datetime.datetime = VirtualDatetime


def block_network():
    """Refuses connections and processes. A connection is reported to the test, which compares it as a request."""

    def refuse_lookup(host, port=None, *_args, **_kwargs):
        send_and_receive({"connect": f"{host}:{port}"})
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def refuse_connection(_socket, address):
        send_and_receive({"connect": str(address)})
        raise ConnectionRefusedError(111, "Connection refused")

    def refuse_process(*args, **_kwargs):
        raise FileNotFoundError(2, f"processes are not available in this test: {args}")

    socket.getaddrinfo = refuse_lookup
    socket.gethostbyname = refuse_lookup
    socket.socket.connect = refuse_connection
    socket.socket.connect_ex = refuse_connection
    subprocess.Popen = refuse_process


def isolate(environment, root):
    """Sets the environment variables of this process, and makes absolute paths relative to the folder `root`."""
    os.environ.clear()
    os.environ.update(environment)

    def in_root(path):
        if isinstance(path, (str, bytes, os.PathLike)) and os.path.isabs(os.fspath(path)):
            return os.path.join(root, os.fsdecode(path).lstrip("/"))
        return path

    def open_in_root(file, *args, **kwargs):
        return _NATIVE_OPEN(in_root(file), *args, **kwargs)

    def stat_in_root(path, *args, **kwargs):
        return _NATIVE_STAT(in_root(path), *args, **kwargs)

    def lstat_in_root(path, *args, **kwargs):
        return _NATIVE_LSTAT(in_root(path), *args, **kwargs)

    builtins.open = open_in_root
    io.open = open_in_root
    os.stat = stat_in_root
    os.lstat = lstat_in_root
