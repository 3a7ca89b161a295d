"""Reads the data files, and says in one line what is wrong with one and how to mend it."""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, Extra, ValidationError

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"

_MENDS = {
    "value_error.missing": "add it",
    "value_error.extra": "remove it, or correct its spelling",
    "type_error.none.not_allowed": "give it a value",
}


class _Loader(yaml.CSafeLoader):
    """Reads YAML and refuses a key that stands twice, where YAML would keep the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen and key != "<<":
                raise yaml.constructor.ConstructorError(
                    None, None, f"`{key}` stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


class DataError(Exception):
    """A data file can't be used. The message is one line: the file, the field, the mend."""


class Strict(BaseModel):
    """Base of every data model: unknown fields are refused, values can't be changed."""

    class Config:
        extra = Extra.forbid
        frozen = True


M = TypeVar("M", bound=BaseModel)


def load_yaml(path: Path) -> Any:
    """The content of a YAML file.

    Raises:
        DataError: the file is missing, unreadable or not YAML.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return yaml.load(file, _Loader)
    except FileNotFoundError:
        raise DataError(f"{shown(path)}: the file is missing: put it back") from None
    except OSError as error:
        raise DataError(f"{shown(path)}: can't be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not YAML"
        raise DataError(f"{shown(path)}:{line} is not YAML ({problem}): correct it") from None


def load_model(path: Path, model: type[M]) -> M:
    """The content of a YAML file as a checked model.

    Raises:
        DataError: naming the file, the first wrong field and the mend.
    """
    content = load_yaml(path)
    if not isinstance(content, dict):
        raise DataError(f"{shown(path)}: should hold named fields: write them as `name: value`")
    try:
        return model.parse_obj(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"] if part != "__root__")
        mend = _MENDS.get(first["type"], "correct it")
        where = f"`{field}` " if field else ""
        more = len(error.errors()) - 1
        rest = f" (and {more} more)" if more else ""
        raise DataError(f"{shown(path)}: {where}{first['msg']}: {mend}{rest}") from None


def only_places(text: str, filled: frozenset[str]) -> str:
    """The text, checked by a model's validator: it has only {places} that will be filled in.

    Raises:
        ValueError: naming the first other one.
    """
    places = {place for _, place, _, _ in Formatter().parse(text) if place is not None}
    unknown = sorted(places - filled)
    if unknown:
        raise ValueError(f"{{{unknown[0]}}} is never filled in here")
    return text


def shown(path: Path) -> str:
    """The path as shown to a person: within the project where it is there."""
    try:
        return str(path.resolve().relative_to(ROOT))
    except ValueError:
        return str(path)
