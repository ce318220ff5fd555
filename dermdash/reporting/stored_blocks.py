"""Contents as plain JSON values and back, so that a card shows later what it showed when made.

Tables, arrays and the dataclasses of figures keep their types. Only dataclasses of this program are
ever made from what is read.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dermdash.errors import StoreError
from dermdash.reporting.blocks import Content

FORM = 1  # of what is written here
HOMES = ("dermdash.reporting.", "dermdash.stats.", "dermdash.analysis.")


def content_to_json(content: Content) -> dict[str, Any]:
    """Plain values for JSON."""
    return {"form": FORM, "content": pack(content)}


def content_from_json(values: Mapping[str, Any]) -> Content:
    """The content that ``content_to_json`` gave.

    Raises
    ------
    StoreError
        It was written by another version.

    >>> from dermdash.reporting.blocks import Paragraph
    >>> one = Content("Result", "Active rose more.", (Paragraph("n = 12 < 13"),))
    >>> content_from_json(content_to_json(one)).blocks == one.blocks
    True
    """
    try:
        if values["form"] != FORM:
            raise StoreError(f"the card has form {values['form']}, not {FORM}; refresh it")
        content = unpack(values["content"])
    except (KeyError, TypeError, ValueError, AttributeError, ImportError) as error:
        raise StoreError(f"the card cannot be read ({error}); refresh it") from error
    if not isinstance(content, Content):
        raise StoreError("the card holds no content; refresh it")
    return content


def stored_message(values: Mapping[str, Any]) -> str:
    """The message of what ``content_to_json`` gave, without unpacking its tables; "" for others.

    >>> stored_message(content_to_json(Content("Result", "Active rose more.", ())))
    'Active rose more.'
    """
    try:
        return str(values["content"]["fields"]["message"])
    except (KeyError, TypeError):
        return ""


def pack(value: Any) -> Any:
    """Plain values of what a card holds; raises TypeError where it cannot be kept."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    for kind, packer in PACKERS.items():
        if isinstance(value, kind):
            return packer(value)
    kind = type(value)
    if not (is_dataclass(kind) and kind.__module__.startswith(HOMES)):
        raise TypeError(f"{kind.__name__} cannot be kept in a card")
    own = {one.name: pack(getattr(value, one.name)) for one in fields(kind) if one.init}
    return {"class": f"{kind.__module__}:{kind.__qualname__}", "fields": own}


def _pack_array(value: NDArray[Any]) -> dict[str, Any]:
    flat = [pack(one) for one in value.ravel().tolist()]
    return {"array": flat, "dtype": value.dtype.str, "shape": list(value.shape)}


def _pack_frame(value: pd.DataFrame) -> dict[str, Any]:
    columns = [[pack(name), _column(value[name])] for name in value.columns]
    return {"frame": columns, "n": len(value)}


PACKERS: Mapping[type, Callable[[Any], Any]] = {
    float: lambda value: value if np.isfinite(value) else {"float": str(value)},
    bytes: lambda value: {"bytes": base64.b64encode(value).decode()},
    tuple: lambda value: {"tuple": [pack(one) for one in value]},
    list: lambda value: [pack(one) for one in value],
    Mapping: lambda value: {"map": [[pack(key), pack(one)] for key, one in value.items()]},
    np.ndarray: _pack_array,
    pd.DataFrame: _pack_frame,
    pd.Series: lambda value: {"series": _column(value)},
    datetime: lambda value: {"datetime": value.isoformat()},
    date: lambda value: {"date": value.isoformat()},
}


def _column(values: "pd.Series[Any]") -> dict[str, Any]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        kinds = values.dtype
        return {
            "codes": values.cat.codes.tolist(),
            "categories": [pack(one) for one in kinds.categories],
            "ordered": bool(kinds.ordered),
        }
    cells = [None if _missing(cell) else pack(cell) for cell in values.tolist()]
    return {"cells": cells, "dtype": str(values.dtype)}


def _missing(cell: Any) -> bool:
    return cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and np.isnan(cell))


def unpack(value: Any) -> Any:
    """What ``pack`` was given; raises KeyError, TypeError or ValueError where nobody packed it."""
    if isinstance(value, list):
        return [unpack(one) for one in value]
    if not isinstance(value, dict):
        return value
    tag, *_ = value
    return READERS[tag](value)


def _unpack_array(value: Mapping[str, Any]) -> NDArray[Any]:
    cells = [unpack(one) for one in value["array"]]
    return np.array(cells, dtype=np.dtype(value["dtype"])).reshape(value["shape"])


def _unpack_frame(value: Mapping[str, Any]) -> pd.DataFrame:
    own = {unpack(name): _series(column) for name, column in value["frame"]}
    return pd.DataFrame(own, index=pd.RangeIndex(value["n"]))


def _unpack_class(value: Mapping[str, Any]) -> Any:
    module, _, name = value["class"].partition(":")
    if not module.startswith(HOMES):
        raise ValueError(f"{module} is no part of a card")
    found = getattr(import_module(module), name)
    if not is_dataclass(found) or not isinstance(found, type):
        raise TypeError(f"{name} is no part of a card")
    return found(**{name: unpack(one) for name, one in value["fields"].items()})


READERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "float": lambda value: float(value["float"]),
    "bytes": lambda value: base64.b64decode(value["bytes"]),
    "tuple": lambda value: tuple(unpack(one) for one in value["tuple"]),
    "map": lambda value: {unpack(key): unpack(one) for key, one in value["map"]},
    "array": _unpack_array,
    "frame": _unpack_frame,
    "series": lambda value: _series(value["series"]),
    "datetime": lambda value: datetime.fromisoformat(value["datetime"]),
    "date": lambda value: date.fromisoformat(value["date"]),
    "class": _unpack_class,
}


def _series(column: Mapping[str, Any]) -> "pd.Series[Any]":
    if "codes" in column:
        kinds = pd.CategoricalDtype(
            [unpack(one) for one in column["categories"]], column["ordered"]
        )
        codes = np.array(column["codes"], dtype=np.int64)
        return pd.Series(pd.Categorical.from_codes(codes, dtype=kinds))
    cells: pd.Series[Any] = pd.Series([unpack(one) for one in column["cells"]], dtype="object")
    return cells.astype(column["dtype"])
