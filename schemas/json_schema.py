"""JSON Schema (draft 2020-12) of records, derived from the marshmallow fields alone: the authored form closed, the public form open."""

from __future__ import annotations

from typing import Any, Final

import marshmallow as ma

from . import BY_TYPE, Resource
from .canonical import dumps
from .fields import MOST, Choice, Flag, Many, Number, Part, Shaped, Text, Whole
from .layout import DATASET_FILES, DEBATE_FILES, TYPE_OF_FILE, DatasetFile

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
NO_SPACE_AT_ENDS: Final = r"^\S(?:[\s\S]*\S)?$"
EDITOR_FOLDER: Final = "schemas/authored"


class Describer:
    """Describes schemas as JSON Schema; each object is described once, in ``objects``, and referred to from everywhere else."""

    def __init__(self, prefix: str, *, authored: bool = False) -> None:
        """Take where the objects will stand, such as ``#/$defs/``, and which form is meant."""
        self.prefix, self.authored = prefix, authored
        self.objects: dict[str, dict[str, Any]] = {}

    def reference(self, schema: ma.Schema, name: str = "") -> dict[str, Any]:
        """Return a reference to the description of an object, which is made where it is not there yet."""
        name = name or schema.__class__.__name__
        if name not in self.objects:
            self.objects[name] = {}
            self.objects[name] = self.object(schema)
        return {"$ref": f"{self.prefix}{name}"}

    def object(self, schema: ma.Schema) -> dict[str, Any]:
        """Return the description of an object."""
        fields = {name: one for name, one in schema.fields.items() if not (self.authored and one.dump_only)}
        described: dict[str, Any] = {
            "type": "object",
            "description": (schema.__doc__ or "").strip().split("\n")[0],
            "properties": {name: self.field(one) for name, one in fields.items()},
            "required": [name for name, one in fields.items() if one.required],
        }
        if self.authored:
            described["additionalProperties"] = False
        return described

    def field(self, one: ma.fields.Field[Any]) -> dict[str, Any]:
        """Return the description of a field's values."""
        shape = self._shape(one)
        if one.allow_none:
            shape = _nullable(shape)
        shape["description"] = one.metadata["description"]
        if one.metadata.get("example") is not None:
            shape["examples"] = [one.metadata["example"]]
        if self.authored and not one.required and one.load_default is not ma.missing:
            shape["default"] = one.load_default() if callable(one.load_default) else one.load_default
        return shape

    def _shape(self, one: ma.fields.Field[Any]) -> dict[str, Any]:
        if isinstance(one, Many):
            least = {"minItems": one.least} if one.least else {}
            return {"type": "array", "items": self.field(one.inner), **least} | ({"uniqueItems": True} if self.authored else {})
        if isinstance(one, Part):
            return dict(self.reference(one.schema))
        if isinstance(one, Flag):
            return {"type": "boolean"}
        if isinstance(one, Whole):
            return {"type": "integer", "minimum": one.least, "maximum": MOST}
        return {"type": "number", "minimum": 0, "maximum": MOST} if isinstance(one, Number) else {"type": "string", **_text(one)}


def _text(one: ma.fields.Field[Any]) -> dict[str, Any]:
    """Return what holds for the texts of a field."""
    if isinstance(one, Choice):
        return {"enum": list(one.values)}
    if isinstance(one, Shaped):
        return {"pattern": f"^(?:{one.pattern.pattern})$", "maxLength": one.longest}
    return {"pattern": NO_SPACE_AT_ENDS} if isinstance(one, Text) else {}


def _nullable(shape: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in shape:
        return {"anyOf": [shape, {"type": "null"}]}
    return {**shape, "type": [shape["type"], "null"]} | ({"enum": [*shape["enum"], None]} if "enum" in shape else {})


def public(resource: Resource) -> dict[str, Any]:
    """Return the schema of a record as it is served; more keys may be added within the major version."""
    describer = Describer("#/$defs/")
    return _document(f"/v1/schemas/{resource.type}", resource.type, describer.object(resource.public), describer)


def authored(resource: Resource) -> dict[str, Any]:
    """Return the schema of a record as a curator writes it."""
    describer = Describer("#/$defs/", authored=True)
    return _document(f"/v1/schemas/authored/{resource.type}", resource.type, describer.object(resource.authored), describer)


def authored_file(name: str) -> dict[str, Any]:
    """Return the schema of a file of the dataset: ``dataset.json``, ``actors.json``, ``debate.json``, ``claims.json`` …

    :raises KeyError: no file of a dataset is called so.
    """
    describer = Describer("#/$defs/", authored=True)
    if name == "dataset.json":
        return _document("/v1/schemas/authored/dataset", "dataset", describer.object(DatasetFile()), describer)
    resource = BY_TYPE[TYPE_OF_FILE[name]]
    if resource.type == "debate":
        return authored(resource)
    records = {"type": "array", "description": resource.description, "items": describer.reference(resource.authored)}
    return _document(f"/v1/schemas/authored/{resource.collection}", resource.collection, records, describer)


def editor_files() -> dict[str, str]:
    """Return by path, from the project's root, the files by which an editor checks and completes the dataset's files.

    ``.vscode/settings.json`` says which schema is for which file; the folder of the dataset is the shipped one.
    """
    names = [*DATASET_FILES, *DEBATE_FILES]
    settings = {
        "json.schemas": [
            {"fileMatch": [f"/data/{name}" if name in DATASET_FILES else f"/data/*/{name}"], "url": f"./{EDITOR_FOLDER}/{name}"}
            for name in names
        ],
        "[json]": {"editor.formatOnSave": False, "editor.insertSpaces": True, "editor.tabSize": 2},
        "files.encoding": "utf8",
        "files.eol": "\n",
        "files.insertFinalNewline": True,
    }
    files = {f"{EDITOR_FOLDER}/{name}": dumps(authored_file(name)) for name in names}
    return files | {".vscode/settings.json": dumps(settings)}


def _document(address: str, title: str, described: dict[str, Any], describer: Describer) -> dict[str, Any]:
    return {"$schema": DIALECT, "$id": address, "title": title, **described, "$defs": dict(sorted(describer.objects.items()))}
