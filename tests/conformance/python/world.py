"""The world of a case in place of this machine's: its time, variables and files; no network and no processes."""

import builtins
import datetime
import io
import os
import socket
import subprocess
import time

from channel import ask

_NATIVE_OPEN = io.open
_NATIVE_STAT = os.stat
_NATIVE_LSTAT = os.lstat


class Clock:
    """The virtual clock. The other side of the channel moves it; each of its answers says what it shows."""

    now = 0.0

    def advance(self, seconds):
        ask({"sleep": max(0.0, float(seconds))})


CLOCK = Clock()


class VirtualDatetime(datetime.datetime):
    """`datetime.now()` by the virtual clock."""

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(CLOCK.now, tz)

    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(CLOCK.now, datetime.timezone.utc).replace(tzinfo=None)


def take_time():
    """Has to happen before the SDK is imported: its modules may take these names along."""
    time.time = lambda: CLOCK.now
    time.monotonic = lambda: CLOCK.now
    time.perf_counter = lambda: CLOCK.now
    time.sleep = CLOCK.advance
    datetime.datetime = VirtualDatetime


def take_network():
    """The SDK's requests go through the channel. What goes around it is told there, and finds nobody."""

    def nobody(host, port=None, *_args, **_kwargs):
        ask({"connect": f"{host}:{port}"})
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def no_connection(_socket, address):
        ask({"connect": str(address)})
        raise ConnectionRefusedError(111, "Connection refused")

    def no_process(*args, **_kwargs):
        raise FileNotFoundError(2, f"this check starts no process: {args}")

    socket.getaddrinfo = nobody
    socket.gethostbyname = nobody
    socket.socket.connect = no_connection
    socket.socket.connect_ex = no_connection
    subprocess.Popen = no_process


def enter(environment, root):
    """From here on, the process sees these variables, and the files below `root` as if `root` were `/`."""
    os.environ.clear()
    os.environ.update(environment)

    def there(path):
        if isinstance(path, (str, bytes, os.PathLike)) and os.path.isabs(os.fspath(path)):
            return os.path.join(root, os.fsdecode(path).lstrip("/"))
        return path

    def opened(file, *args, **kwargs):
        return _NATIVE_OPEN(there(file), *args, **kwargs)

    def stat(path, *args, **kwargs):
        return _NATIVE_STAT(there(path), *args, **kwargs)

    def lstat(path, *args, **kwargs):
        return _NATIVE_LSTAT(there(path), *args, **kwargs)

    builtins.open = opened
    io.open = opened
    os.stat = stat
    os.lstat = lstat
