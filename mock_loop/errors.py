"""The refusals of Loop: at least seven shapes, each where it was seen."""

from typing import Any

from mock_loop.responses import Response, dump, ok

ENVELOPES: tuple[Any, ...] = (
    {"error": {"code": "401", "http_code": "GEN-UNAUTHORIZED", "message": "Unauthorized."}},
    {"errors": "Unauthorized."},
    {"errors": {"message": "This return cannot be processed.", "code": "UNPROCESSABLE_RETURN"}},
    {"errors": {"code": "NOT_FOUND"}},
    {"errors": [{"message": "Something went wrong."}]},
    {"errors": ["Something went wrong."]},
    {"message": "The given data was invalid.", "errors": {"from": ["The from is invalid."]}},
    {"code": "NOT_FOUND", "message": "Not found."},
    {"error": {"message": "No return found with this ID."}},
    False,
    {"message": "Server Error"},
    {"errors": {"message": "No cart found for the provided token."}},
)
"""Every body by which Loop says no; some of them come with status 200."""


def unauthorized(*, gateway: bool) -> Response:
    """401, for a wrong key and for a missing scope alike (the FAQ is explicit).

    The Returns API documents one body, the gateway before the others was measured
    with another, in which `code` and `http_code` look swapped.
    """
    return Response(401, dump(ENVELOPES[0 if gateway else 1]))


def invalid(name: str, why: str) -> Response:
    """422 as Laravel's validation answers."""
    return Response(422, dump({"message": why, "errors": {name: [why]}}))


def not_found(what: str = "Not found.") -> Response:
    """404 of destinations, label requests and paths that do not exist."""
    return Response(404, dump({"code": "NOT_FOUND", "message": what}))


def not_found_in_errors() -> Response:
    """404 as webhooks put it."""
    return Response(404, dump({"errors": {"code": "NOT_FOUND"}}))


def no_such_cart() -> Response:
    """An error under status 200, as is documented for DELETE and taken to be the same for all."""
    return ok({"errors": {"message": "No cart found for the provided token."}})


def no_such_return() -> Response:
    """Details without a match: an error under status 200."""
    return ok({"error": {"message": "No return found with this ID."}})


def no_notes() -> Response:
    """A return without notes: 422 and a bare ``false``."""
    return Response(422, b"false")


def throttled() -> Response:
    return Response(429, dump({"message": "Too Many Attempts."}))


def server_error(status: int = 500) -> Response:
    return Response(status, dump({"message": "Server Error"}))


def timed_out(page: str) -> Response:
    """What the proxy before Loop answers after some 100 seconds."""
    return Response(524, page.replace("{title}", "A timeout occurred").encode(), "text/html")


def method_not_allowed() -> Response:
    return Response(405, dump({"message": "The method is not supported for this route."}))
