"""How each JSON file of a dataset is spelled in canonical form: its schema, and the order of its records."""

from __future__ import annotations

from . import BY_TYPE
from .canonical import file_text
from .dataset import Dataset
from .layout import TYPE_OF_FILE, DatasetFile
from .places import in_source_order
from .reading import Document


def canonical_text(dataset: Dataset, document: Document) -> str:
    """Return what a JSON file of the dataset would be in canonical form."""
    if document.name == "dataset.json":
        return file_text(document.value, DatasetFile())
    resource = BY_TYPE[TYPE_OF_FILE[document.name.rpartition("/")[2]]]
    if resource.type == "quote" and isinstance(document.value, list):
        return file_text(in_source_order(dataset, document), resource.authored, sort=False)
    return file_text(document.value, resource.authored)
