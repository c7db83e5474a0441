"""Typed access to every operation of the Cartesia API, generated from its OpenAPI document."""

from .client import API_VERSION, AsyncClient, AsyncSender, Client, Request, RequestOptions, Sender
from .errors import ApiStatusError, PagingError, ResponseDecodeError
from .types import UNSET, File, Unset, UploadFile

__all__ = (
    "API_VERSION",
    "UNSET",
    "ApiStatusError",
    "AsyncClient",
    "AsyncSender",
    "Client",
    "File",
    "PagingError",
    "Request",
    "RequestOptions",
    "ResponseDecodeError",
    "Sender",
    "Unset",
    "UploadFile",
)
