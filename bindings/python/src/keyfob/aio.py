"""The classes for asyncio: those of :mod:`keyfob.identity.aio` and :mod:`keyfob.secrets.aio`."""

from keyfob.identity.aio import *  # noqa: F403
from keyfob.identity.aio import __all__ as _identity
from keyfob.secrets.aio import *  # noqa: F403
from keyfob.secrets.aio import __all__ as _secrets

__all__ = [*_identity, *_secrets]
