"""`UNSET` and the base class of the generated models."""

from __future__ import annotations

import re
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


_CAMEL: Final = re.compile("(?<=[a-z])(?=[A-Z])")
_NOT_FIELDS: Final = frozenset({"additional_properties", "__weakref__"})


class Model:
    """Base class of all models.

    A model keeps fields that a newer server adds; read them, like any field, with `model["name"]`.
    """

    __slots__: ClassVar[tuple[str, ...]] = ()

    additional_properties: dict[str, object]

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object."""
        raise NotImplementedError

    @property
    def additional_keys(self) -> list[str]:
        """Names of the fields that the OpenAPI document does not define."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> object:
        """Return a field by its name in JSON, whether the OpenAPI document defines it or not."""
        if key in self.additional_properties:
            return self.additional_properties[key]
        name = self._attribute(key)
        value = UNSET if name is None else getattr(self, name)
        if value is UNSET:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: object) -> None:
        name = self._attribute(key)
        if name is None:
            self.additional_properties[key] = value
        else:
            setattr(self, name, value)

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        try:
            self[key]
        except KeyError:
            return False
        return True

    @classmethod
    def _attribute(cls, key: object) -> str | None:
        """Return the attribute that holds a field of the OpenAPI document.

        Raises:
            TypeError: If the key is not a name; Python tries 0, 1, ... to iterate over the model.
        """
        if not isinstance(key, str):
            name = cls.__name__
            raise TypeError(
                f"{name} is no list or mapping: use `to_dict()`, or the name of a field"
            )
        for name in (key, f"{key}_", _CAMEL.sub("_", key).lower()):
            if name in cls.__slots__ and name not in _NOT_FIELDS:
                return name
        return None
