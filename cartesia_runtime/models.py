"""`UNSET` and the base class of the generated models."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, final


@final
class Unset:
    """Type of `UNSET`, the value of an omitted field; `None` is JSON null."""

    __slots__ = ()

    _instance: ClassVar[Unset | None] = None

    def __new__(cls) -> Unset:
        """Return the only instance, so that `is UNSET` always works."""
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __copy__(self) -> Unset:
        return self

    def __deepcopy__(self, memo: object) -> Unset:
        return self

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Final[Unset] = Unset()


class Model:
    """Base class of all models.

    A model keeps fields that a newer server adds; read them with `model["name"]`.
    """

    __slots__ = ()

    additional_properties: dict[str, object]

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object."""
        raise NotImplementedError

    @property
    def additional_keys(self) -> list[str]:
        """Names of the fields that the OpenAPI document does not define."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> object:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: object) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
