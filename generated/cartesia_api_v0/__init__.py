"""Typed access to every operation of the Cartesia v0 API, generated from its OpenAPI document."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import API_VERSION, AsyncClient, AsyncSender, Client, Request, Sender
    from .errors import ApiStatusError, PagingError, ResponseDecodeError
    from .types import (
        UNSET,
        AsyncDownload,
        Download,
        File,
        Progress,
        RequestOptions,
        Unset,
        UploadFile,
    )
else:
    # Names are imported when they are first used: `client` needs httpx, which takes its time.
    from importlib import import_module as _import_module

    _MODULES = {
        "client": ("API_VERSION", "AsyncClient", "AsyncSender", "Client", "Request", "Sender"),
        "errors": ("ApiStatusError", "PagingError", "ResponseDecodeError"),
        "types": (
            "UNSET",
            "AsyncDownload",
            "Download",
            "File",
            "Progress",
            "RequestOptions",
            "Unset",
            "UploadFile",
        ),
    }

    def __getattr__(name):
        for module, names in _MODULES.items():
            if name in names:
                value = globals()[name] = getattr(_import_module("." + module, __name__), name)
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = (
    "API_VERSION",
    "UNSET",
    "ApiStatusError",
    "AsyncClient",
    "AsyncDownload",
    "AsyncSender",
    "Client",
    "Download",
    "File",
    "PagingError",
    "Progress",
    "Request",
    "RequestOptions",
    "ResponseDecodeError",
    "Sender",
    "Unset",
    "UploadFile",
)
