"""The threads that requests are made in. They are kept and used again.

Not only because a new one costs more: a thread that has used OpenSSL takes a lock of OpenSSL's when it ends. A fork in that
moment leaves the child with a lock that nobody opens, and its first TLS connection hangs: with a new thread for each request
one child in 240 did, of a parent with ten busy threads.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from queue import SimpleQueue
from typing import Callable, Deque

# As many as `get_secrets` makes use of at a time by default, and some more for others.
_MAX_IDLE_THREADS = 16

Task = Callable[[], None]


class _ThreadPool:
    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._idle: Deque["SimpleQueue[Task]"] = deque()

    def submit(self, task: Task) -> None:
        """Does it in a thread of its own for as long as it takes."""
        try:
            self._idle.pop().put(task)
        except IndexError:
            tasks: "SimpleQueue[Task]" = SimpleQueue()
            tasks.put(task)
            # A daemon, so that a silent server does not keep the interpreter from ending.
            threading.Thread(target=self._run_tasks, args=(tasks,), name="keyfob-http", daemon=True).start()

    def _run_tasks(self, tasks: "SimpleQueue[Task]") -> None:
        while True:
            tasks.get()()
            if len(self._idle) >= _MAX_IDLE_THREADS:
                return
            self._idle.append(tasks)


HTTP_THREADS = _ThreadPool()

if hasattr(os, "register_at_fork"):
    # The threads are the parent's.
    os.register_at_fork(after_in_child=HTTP_THREADS.reset)
