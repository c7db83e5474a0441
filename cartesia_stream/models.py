"""Models of API requests and responses, each imported on first use.

from cartesia_stream.models import Voice
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartesia_api.models import *  # noqa: F403  # all of `__all__`, as below
else:
    from cartesia_api import models
    from cartesia_api.models import __all__ as __all__

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(models, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
