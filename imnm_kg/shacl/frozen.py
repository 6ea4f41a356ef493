# SPDX-License-Identifier: Apache-2.0
"""Frozen values without ``dataclasses``: to make thirty of those takes longer than to validate a small graph."""

from __future__ import annotations

from typing import Any, ClassVar, dataclass_transform

__all__ = ["Frozen"]


@dataclass_transform(frozen_default=True)
class Frozen:
    """A value whose annotated attributes are given when it is made, in their order or by name, and never change."""

    fields: ClassVar[tuple[str, ...]] = ()
    """The names of the attributes, those of a class above first."""

    def __init_subclass__(cls) -> None:
        own = cls.__dict__.get("__annotations__", {})  # noqa: RUF063 - inspect is what this does without
        cls.fields += tuple(name for name, kind in own.items() if not str(kind).startswith("ClassVar"))

    def __init__(self, *values: Any, **named: Any) -> None:
        given = self.__dict__
        given.update(zip(self.fields, values, strict=False))
        if len(values) == len(self.fields) and not named:
            return
        given.update(named)
        if len(values) > len(self.fields) or any(name not in given and not hasattr(self, name) for name in self.fields):
            raise TypeError(f"{type(self).__name__} takes {', '.join(self.fields)}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name} of a {type(self).__name__} cannot be changed")

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.fields)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), *self._values()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in zip(self.fields, self._values(), strict=True))
        return f"{type(self).__name__}({shown})"
