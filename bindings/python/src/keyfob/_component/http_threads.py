"""The threads that send HTTP requests. They are reused, for the sake of forks.

A thread that has used OpenSSL takes a lock of OpenSSL when it ends. If the process is forked at that moment, nobody
releases the lock in the child, and the child's first TLS connection hangs. With a new thread for each request this
happened to one child in 240, with ten busy threads in the parent.

``concurrent.futures.ThreadPoolExecutor`` is not used because the interpreter waits for its threads at exit: a server
that does not answer would keep the program from ending.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from queue import SimpleQueue
from typing import Callable, Deque

# More than the 10 requests that `get_secrets` sends at the same time by default.
_MAX_IDLE_THREADS = 16

Task = Callable[[], None]


class _ThreadPool:
    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._idle: Deque["SimpleQueue[Task]"] = deque()

    def submit(self, task: Task) -> None:
        """Runs a task in an idle thread, or in a new one if there is none. The task must not raise."""
        try:
            self._idle.pop().put(task)
        except IndexError:
            tasks: "SimpleQueue[Task]" = SimpleQueue()
            tasks.put(task)
            # A daemon thread: the interpreter does not wait for it at exit.
            threading.Thread(target=self._run_tasks, args=(tasks,), name="keyfob-http", daemon=True).start()

    def _run_tasks(self, tasks: "SimpleQueue[Task]") -> None:
        while True:
            tasks.get()()
            if len(self._idle) >= _MAX_IDLE_THREADS:
                return
            self._idle.append(tasks)


HTTP_THREADS = _ThreadPool()

if hasattr(os, "register_at_fork"):
    # The threads of the parent do not exist in the child.
    os.register_at_fork(after_in_child=HTTP_THREADS.reset)
