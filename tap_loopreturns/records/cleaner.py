"""A row as Loop sends it → a record as the stream's schema promises. Pure.

The cleaner of a stream is compiled from its schema file, so the schema is the
one place that says what a field is: its type and format, `x-loop` for what JSON
Schema has no word for (id, code, money, whole, grade, many, one, flat, prices),
and `x-pii` for personal data. Fields that the schema does not know, and values of
another shape than it says, are kept in `additional_fields`, by their JSON pointer
within the row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec

from loop_returns.errors import UncleanRecord
from loop_returns.http import envelopes
from tap_loopreturns.records import values
from tap_loopreturns.records.fast_cleaner import FastCleaner, as_dict
from tap_loopreturns.records.objects import Found, ObjectCleaner, Record, Rules, Schema
from tap_loopreturns.records.values import AnotherForm, Unclean

ADDITIONAL = "additional_fields"


class Cleaner:
    """Cleans the rows of one stream, in place.

    Attributes:
        unknown: The fields that were kept aside since the schema does not know them,
            each with the number of its values, for one report a run.
        misshapen: Likewise, those whose values have another shape than the schema says.
    """

    def __init__(
        self,
        stream: str,
        schema: Schema,
        keys: tuple[str, ...],
        rules: Rules,
        replication_key: str | None = None,
    ) -> None:
        self.unknown: Counter[str] = Counter()
        self.misshapen: Counter[str] = Counter()
        self._stream = stream
        self._keys = keys
        self._clean = ObjectCleaner(schema, rules, fatal={*keys, replication_key or ""}).clean
        self._schema = schema
        self._as_sent = rules.privacy.mode == "keep"
        self._blank = dict.fromkeys(schema["properties"])
        mark = schema["properties"].get(ADDITIONAL, {}).get("x-pii")
        self._protect = rules.privacy.whole(mark)

    def quickly(self, row: msgspec.Raw | Record) -> Record | msgspec.Struct:
        """The record of a row, where it may be a struct: with what is null left out of it.

        Raises:
            As when called.
        """
        if not isinstance(row, msgspec.Raw):
            return self(row)
        fast = self._fast(row) if self._as_sent else None
        return self(envelopes.parse(bytes(row), self._stream)) if fast is None else fast

    def in_full(self, record: Record | msgspec.Struct) -> Record:
        """A copy of a record that is a dict of all columns, with date-times as text."""
        return {**self._blank, **as_dict(record)}

    @cached_property
    def _fast(self) -> FastCleaner:
        return FastCleaner(self._schema, self._keys, self.unknown)

    def __call__(self, row: Record) -> Record:
        """The record of a row.

        Raises:
            UncleanRecord: it lacks its key, or its key or replication key has no known
                form; where the rules are strict, any field. The message names the
                record and the field, not the value.
        """
        found: Found = []
        name = row.get(self._keys[0])
        try:
            record = {**self._blank, **self._clean(row, found)}
        except Unclean as trouble:
            raise UncleanRecord(
                f"{self._stream}: record {_shown(name)}, field {'/'.join(trouble.path)}: {trouble}."
            ) from None
        for key in self._keys:
            if record[key] is None:
                raise UncleanRecord(
                    f"{self._stream}: record {_shown(name)} has no '{key}', its key."
                )
        if found:
            self._count(found)
            kept = {_pointer(path): value for path, value, _ in found}
            record[ADDITIONAL] = self._protect(kept) if self._protect else kept
        return record

    def _count(self, found: Found) -> None:
        counts = {"field": self.unknown, "shape": self.misshapen}
        for path, _, why in found:
            if why in counts:
                counts[why][_field(path)] += 1


def _shown(name: object) -> str:
    if isinstance(name, (str, int)) and not isinstance(name, bool) and "@" not in str(name):
        return " ".join(str(name).split())[:40] or "without an id"
    return "without an id"


def asked_by(row: Mapping[str, Any], key: str, stream: str) -> str:
    """The id by which Loop is asked for what belongs to a row.

    Raises:
        UncleanRecord: it has none.
    """
    try:
        name = values.identifier(row.get(key))
    except AnotherForm as form:
        name = form.cleaned
    except Unclean:
        name = None
    if name is None:
        raise UncleanRecord(f"{stream}: a row of the list that it is read by has no '{key}'.")
    return name


def _field(path: tuple[str | int, ...]) -> str:
    """A path as it is reported: places in lists do not count, and no name is an e-mail address."""
    return _pointer(
        tuple("*" if isinstance(p, int) else "[e-mail]" if "@" in p else p for p in path)
    )


def _pointer(path: tuple[str | int, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
