"""The one JSON writer: canonical form, so that every record has exactly one spelling on disk."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any, Final

import marshmallow as ma
import orjson

from .fields import Many, Part

Body = bytes | memoryview  # a record as JSON in UTF-8: bytes of its own, or a piece of memory that others read too
SMALL: Final = re.compile(r"e-[0-9](?<=[0-9]e-[0-9])(?![0-9])")  # the end of a very small number, as orjson spells it and Python does not
ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dumps(value: Any) -> str:
    """Return JSON text with two spaces, LF, characters as themselves, and a final newline."""
    return (_at_once(value) or _indented(value, "\n")) + "\n"


def _at_once(value: Any) -> str:
    """Return what ``json.dumps`` writes with two spaces, or nothing where orjson cannot write that or may spell it in another way."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    except TypeError:  # a whole number of more than 64 bits, half a surrogate pair, a key that is no text
        return ""
    return "" if "0.0000" in text or SMALL.search(text) else text


def _indented(value: Any, margin: str) -> str:
    """Return what ``json.dumps`` writes with two spaces, whatever it is; `margin` is what a line begins with."""
    if isinstance(value, str):
        return encode_basestring(value)
    within = margin + "  "
    if value and isinstance(value, dict):
        members = [f"{encode_basestring(name)}: {_indented(item, within)}" for name, item in value.items()]
        return f"{{{within}{f',{within}'.join(members)}{margin}}}"
    if value and isinstance(value, list | tuple):
        return f"[{within}{f',{within}'.join([_indented(item, within) for item in value])}{margin}]"
    return json.dumps(value)  # a number, a constant, or what is empty


def compact(value: Any) -> bytes:
    """Return JSON in UTF-8 for programs: no space that is not needed, characters as themselves."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a whole number of more than 64 bits, a key that is no text
        return ENCODER.encode(value).encode()


def ordered(value: Any, schema: ma.Schema) -> Any:
    """Return an authored object in NFC with its keys in schema order; keys that no field declares stay, at the end."""
    if not isinstance(value, Mapping):
        return normal(value)
    known = {name: _ordered_field(value[name], one) for name, one in schema.fields.items() if name in value}
    return known | {normal(name): normal(one) for name, one in value.items() if name not in known}


def _ordered_field(value: Any, one: ma.fields.Field[Any]) -> Any:
    if isinstance(one, Many) and isinstance(value, list):
        return [_ordered_field(item, one.inner) for item in value]
    return ordered(value, one.schema) if isinstance(one, Part) else normal(value)


def normal(value: Any) -> Any:
    """Return a value with every text in it, keys included, in Unicode normalization form C."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, Mapping):
        return {normal(name): normal(item) for name, item in value.items()}
    return value


def by_id(record: Any) -> str:
    """Return the key by which the records of most files are sorted."""
    return str(record.get("id", "")) if isinstance(record, Mapping) else ""


def file_text(value: Any, schema: ma.Schema, *, sort: bool = True) -> str:
    """Return the canonical text of a file: one object, or records sorted by id unless they come in their order."""
    if not isinstance(value, list):
        return dumps(ordered(value, schema))
    records = [ordered(record, schema) for record in value]
    return dumps(sorted(records, key=by_id) if sort else records)
