"""Reads the files that the component asks for: only regular files, and without waiting for anybody."""

from __future__ import annotations

import os
import stat
from typing import Optional

from keyfob._redaction import ShownError

# How often a file is opened again that was replaced in the meantime, as Kubernetes does when it renews a token.
_MAX_ATTEMPTS = 5
_FLAGS = (
    os.O_RDONLY
    # Without waiting for the writer of a pipe.
    | getattr(os, "O_NONBLOCK", 0)
    # Without making a terminal the controlling one.
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class UnreadableFileError(ShownError):
    """A file is not read. The message does not name it: a path from a variable may be a secret in the wrong place."""


def read_regular_file(path: str, limit: int) -> Optional[bytes]:
    """The content of a regular file, or None if it is larger than the limit.

    Symbolic links are followed within the folder of the file, as Kubernetes mounts tokens: ``token`` is a link to
    ``..data/token``, and ``..data`` is one to a folder beside it. The folder itself may be a link.

    :param limit: in bytes.
    :raises FileNotFoundError: there is no file at this path.
    :raises OSError: the file can't be read.
    :raises ValueError: the path is none.
    :raises UnreadableFileError: it is not a regular file, or a link leads out of its folder.
    """
    for attempt in range(1, _MAX_ATTEMPTS + 1):
        try:
            file = _open_in_folder(path)
            break
        except OSError:
            # Also the error of a link that was made since the path was resolved.
            if attempt == _MAX_ATTEMPTS:
                raise
    with os.fdopen(file, "rb") as opened:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFileError("it is not a regular file")
        if status.st_size > limit:
            return None
        content = opened.read(limit + 1)
    if content is None:
        # Some files of the system have no content yet.
        raise UnreadableFileError("reading it would wait")
    return content if len(content) <= limit else None


def _open_in_folder(path: str) -> int:
    """Opens a file without leaving its folder, and returns the descriptor."""
    folder = os.path.realpath(os.path.dirname(path))
    real = os.path.realpath(path)
    if os.path.commonpath([folder, real]) != folder:
        raise UnreadableFileError("a symbolic link leads out of its folder")
    if os.open not in os.supports_dir_fd:
        # Opening a pipe or a device may block.
        if not stat.S_ISREG(os.stat(real).st_mode):
            raise UnreadableFileError("it is not a regular file")
        return os.open(real, _FLAGS)
    # Part by part from the folder, and no part may be a link now: the path was resolved before, and a link that has
    # been put into it since could lead anywhere.
    *folders, name = os.path.relpath(real, folder).split(os.sep)
    current = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in folders:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=current)
            os.close(current)
            current = inner
        return os.open(name, _FLAGS | os.O_NOFOLLOW, dir_fd=current)
    finally:
        os.close(current)


def require_regular_file(path: str) -> None:
    """Checks a file that a library will open. Opening a pipe would block.

    :raises OSError: there is none.
    :raises UnreadableFileError: it is not a regular file.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise UnreadableFileError("it is not a regular file")
