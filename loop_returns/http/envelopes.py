"""What an answer of Loop's must look like, and what an error looks like, even under 200. Pure.

Loop has at least nine error bodies, some of them sent with HTTP 200 (return
details without a match, refused actions). An answer that is not of the expected
shape is an error, never an empty list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import msgspec

from loop_returns.errors import LoopRefused, UnexpectedAnswer

Text = bytes | bytearray
"""JSON as it came."""

_FAR = re.compile("[eE][+-]?[0-9]{4}")


def exact_number(number: str) -> Decimal:
    """A number with a fraction or an exponent; written out, it must not fill the memory."""
    if _FAR.search(number):
        raise ValueError("out of range")
    return Decimal(number)


_DECODER = msgspec.json.Decoder(float_hook=exact_number)
_SCANNER = msgspec.json.Decoder(type=msgspec.Raw)
_EMAIL = re.compile(r"[^\s@\"'<>]+@[^\s@\"'<>]+")
_NUL = re.compile(rb"\\u0000")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_MOST_WORDS = 200
_OF_AN_ERROR = {"message", "code", "http_code", "status", "success", "error", "errors"}


def is_sound(body: Text) -> bool:
    """Whether a body is JSON, from one quick scan that builds nothing."""
    try:
        _SCANNER.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return rb"\ud" in body.lower() and _tolerant(body) is not None
    return True


def parse(body: Text, where: str) -> Any:
    """Parse a body; numbers with a fraction become exact decimals, never floats.

    Characters that no database takes (U+0000, lone surrogates) become U+FFFD.

    Raises:
        UnexpectedAnswer: it is not JSON.
    """
    try:
        document = _DECODER.decode(body)
        return _as_text(document) if has_nul(body) else document
    except (msgspec.DecodeError, ValueError, RecursionError):
        parsed = _tolerant(body)
        if parsed is None:
            raise UnexpectedAnswer(f"GET {where}: an answer that is not JSON in UTF-8.") from None
        return parsed.value


def is_utf8(body: Text) -> bool:
    """Whether a body is text at all; rows that are not yet parsed are not looked at otherwise."""
    try:
        return body.isascii() or bool(body.decode())
    except UnicodeDecodeError:
        return False


def has_nul(body: Text) -> bool:
    """Whether a body holds U+0000, which `parse` replaces."""
    return _NUL.search(body) is not None


def words(document: object) -> str:
    """Loop's own words in an error body, on one line, shortened, without e-mail addresses."""
    try:
        found = _find_words(document)
    except RecursionError:
        found = []
    return _line(" ".join(found), _MOST_WORDS) or "no reason given"


def refuse_error(document: object, where: str) -> None:
    """Raise LoopRefused where a body says that it is an error, whatever its status was."""
    if isinstance(document, Mapping) and (
        document.get("error")
        or document.get("errors")
        or ("message" in document and document.keys() <= _OF_AN_ERROR)
    ):
        raise LoopRefused(
            f"GET {where}: Loop answers with an error under HTTP 200: {words(document)}",
            status=200,
            body=document,
        )


def rows(document: object, key: str, where: str, *, bare: bool = False) -> list[dict[str, Any]]:
    """The list of rows under `key`; with `bare`, also a list that stands alone."""
    refuse_error(document, where)
    found = document.get(key) if isinstance(document, Mapping) else document if bare else None
    if not isinstance(found, list):
        expected = f"a list under '{key}'" + (", or a bare list" if bare else "")
        raise UnexpectedAnswer(f"GET {where}: expected {expected}, got {shape(document)}.")
    for row in found:
        if not isinstance(row, dict):
            raise UnexpectedAnswer(f"GET {where}: expected objects in '{key}', got {shape(row)}.")
        if found is document:
            refuse_error(row, where)
            if isinstance(row.get(key), list):
                raise UnexpectedAnswer(
                    f"GET {where}: expected rows in a bare list, got {shape(row)}."
                )
    return found


def row(document: object, where: str, *, wrapped_in: str | None = None) -> dict[str, Any]:
    """A single object, bare or under the name of its kind."""
    refuse_error(document, where)
    if isinstance(document, dict) and wrapped_in and isinstance(document.get(wrapped_in), dict):
        document = document[wrapped_in]
    if not isinstance(document, dict) or not document:
        raise UnexpectedAnswer(f"GET {where}: expected an object, got {shape(document)}.")
    return document


def next_link(document: Mapping[str, Any], where: str, *, required: bool) -> str | None:
    """The link to the next page: `nextPageUrl` (returns) or `next_page_url` (all others)."""
    for name in ("nextPageUrl", "next_page_url"):
        if name in document:
            link = document[name]
            if link is None or link == "":
                return None
            if isinstance(link, str) and _is_link(link):
                return link
            raise UnexpectedAnswer(f"GET {where}: '{name}' is {shape(link)}, not a link or null.")
    if required:
        raise UnexpectedAnswer(f"GET {where}: the answer does not say whether a next page follows.")
    return None


def _is_link(text: str) -> bool:
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True


def shape(value: object) -> str:
    """What kind of thing a value is, without showing it."""
    if isinstance(value, Mapping):
        names = ", ".join(_line(str(name), 40) for name in sorted(map(str, value))[:5])
        return f"an object with {names or 'nothing'}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"a list of {len(value)}"
    kinds = {str: "text", bool: "true or false", int: "a number", Decimal: "a number"}
    return "null" if value is None else kinds.get(type(value), type(value).__name__)


def _line(text: str, most: int) -> str:
    """On one line, shortened, without e-mail addresses."""
    text = _EMAIL.sub("[e-mail]", " ".join(text.split()))
    return text[: most - 1] + "…" if len(text) > most else text


class _Parsed:
    def __init__(self, value: object) -> None:
        self.value = value


def _tolerant(body: Text) -> _Parsed | None:
    """Parse what only the standard library takes: escapes of lone surrogates."""
    try:
        return _Parsed(
            _as_text(json.loads(body, parse_float=exact_number, parse_constant=_no_constant))
        )
    except (ValueError, RecursionError):
        return None


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _as_text(value: object) -> object:
    if isinstance(value, str):
        return _NOT_TEXT.sub("\ufffd", value)
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, dict):
        return {_as_text(name): _as_text(item) for name, item in value.items()}
    return value


def _find_words(document: object, *, inside: bool = False) -> list[str]:
    """The texts of an error body.

    Of an object without an error's names only what is `inside` one is read, as the fields
    that Laravel's validation names: what else Loop sends may be a customer's data.
    """
    if isinstance(document, str):
        return [document]
    if isinstance(document, list):
        return [words for item in document[:3] for words in _find_words(item, inside=inside)]
    if not isinstance(document, Mapping):
        return []
    found = [document[name] for name in ("message", "error", "errors", "code") if name in document]
    values = found or (list(document.values())[:3] if inside else [])
    return [words for item in values for words in _find_words(item, inside=True)]
