"""What else is open: notices, shipments, label requests, imports, what is not there, the budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from loop_returns import endpoints, times
from loop_returns.http import envelopes
from loop_returns.questions.asking import (
    AnsweredQuestion,
    Asker,
    Look,
    Row,
    answered,
    kinds,
    second,
)

_NO_CART = "questions-about-this-account"  # a token that nobody has
_NO_RETURN = 1  # ids of live returns have seven digits and more
_KNOWN_NOTICE_TAIL = ("destination_id", "destination_name")


@dataclass(eq=False)
class OtherQuestions:
    """Asks about everything but the list of returns.

    Args:
        asker: The account.
        now: The present, in seconds.
        one: A return that changed on another day than it was made, if there is one.
    """

    asker: Asker
    now: int
    one: Row | None

    def findings(self) -> Iterator[AnsweredQuestion]:
        """Each question with its answer; those of the budget come last, of all requests made."""
        for name, question, find in (
            ("notices_date", "Which date do `from` and `to` of shipping notices mean?", self._asn),
            ("shipments_page", "Is `per_page` heeded by Happy Returns shipments?", self._shipments),
            ("label_requests", "In which order do label requests come?", self._label_requests),
            ("imports", "What does an import hold, and do its jobs have a list?", self._imports),
            ("no_cart", "What is said of a cart that is not there?", self._no_cart),
            ("no_return", "What is said of a return that is not there?", self._no_return),
            ("no_notes", "What is said where a return has no notes?", self._no_notes),
            ("rate_headers", "Which headers tell of the budget?", self._rate_headers),
            ("others", "Does another integration use the key?", self._others),
            ("retry_after", "Does 429 say how long to wait?", self._retry_after),
        ):
            yield answered(name, question, find)

    def _asn(self) -> tuple[str, str]:
        if self.one is None:
            return "not told", "no return to look for"
        days = {
            name: times.show(second(self.one, name))[:10] for name in ("created_at", "updated_at")
        }
        if days["created_at"] == days["updated_at"]:
            return "not told", "no return that changed on another day than it was made"
        own = {str(item["line_item_id"]) for item in self.one.get("line_items") or ()}
        found, fields, ids = [], set[str](), Counter[str]()
        for name, day in days.items():
            look = self.asker.ask(endpoints.SHIPPING_NOTICES.path, from_=day, to=day)
            rows = look.rows("asn")
            fields |= {field for row in rows for field in row if field.startswith("dest")}
            ids.update(str(row.get("id")) for row in rows)
            if own & {str(row.get("return_line_item_id")) for row in rows}:
                found.append(name)
        unknown = sorted(fields.difference(_KNOWN_NOTICE_TAIL))
        more = ", ".join(unknown) or "none"
        seen = f"{sum(ids.values())} rows, {len(ids)} ids; further fields: {more}"
        return " and ".join(found) or "neither of created_at and updated_at", seen

    def _shipments(self) -> tuple[str, str]:
        span = {"from_": times.show(self.now - 119 * times.DAY), "to": times.show(self.now)}
        look = self.asker.ask(endpoints.HAPPY_RETURNS_SHIPMENTS.path, **span, per_page=1)
        if look.status != 200:  # noqa: PLR2004
            return _refusal(look), "the key may lack the scope"
        rows = look.rows("data")
        document = look.document if isinstance(look.document, Mapping) else {}
        size = document.get("per_page")
        seen = f"{len(rows)} rows, per_page {size if isinstance(size, int) else 'not said'}"
        if len(rows) <= 1 and size != 1:
            return "not told", seen
        return ("yes" if size in {1, "1"} else "no"), seen

    def _label_requests(self) -> tuple[str, str]:
        look = self.asker.ask(endpoints.LABEL_REQUESTS.path, limit=5)
        if look.status != 200:  # noqa: PLR2004
            return _refusal(look), "the key may lack the scope"
        rows = look.rows("data")
        seen = f"{len(rows)} rows of 5; ids: {kinds(row.get('id') for row in rows)}"
        moments = [second(row, "created_at") for row in rows]
        if len(set(moments)) < 2:  # noqa: PLR2004
            return "not told", seen
        if moments == sorted(moments, reverse=True):
            return "newest first", seen
        return ("oldest first" if moments == sorted(moments) else "in no order"), seen

    def _imports(self) -> tuple[str, str]:
        look = self.asker.ask(endpoints.BULK_OPERATIONS.path, limit=1)
        if look.status != 200:  # noqa: PLR2004
            return _refusal(look), "the key may lack the scope"
        rows = look.rows("bulk_operations")
        if not rows:
            return "not told", "no import"
        jobs = self.asker.ask(endpoints.BULK_OPERATION_JOBS.at(id=str(rows[0]["id"])), limit=1)
        names = ", ".join(sorted(name for name in rows[0] if name.isidentifier()))
        listed = (
            "a list"
            if isinstance(jobs.document, Mapping) and ("bulk_operation_jobs" in jobs.document)
            else "no list"
        )
        return f"jobs: {listed} ({jobs.status})", f"fields of an import: {names}"

    def _no_cart(self) -> tuple[str, str]:
        return _refusal(self.asker.ask(endpoints.CART.at(token=_NO_CART))), "a token of nobody's"

    def _no_return(self) -> tuple[str, str]:
        look = self.asker.ask(endpoints.RETURN_DETAILS.path, return_id=_NO_RETURN)
        return _refusal(look), f"return_id={_NO_RETURN}"

    def _no_notes(self) -> tuple[str, str]:
        if self.one is None:
            return "not told", "no return to ask for"
        look = self.asker.ask(endpoints.RETURN_NOTES.at(id=str(self.one["id"])))
        if isinstance(look.document, list) and look.document:
            return "not told", "the return has notes"
        shown = envelopes.shape(look.document)
        return f"{look.status}, {shown}", "the return of the questions above"

    def _rate_headers(self) -> tuple[str, str]:
        names = sorted({name.lower() for look in self.asker.looks for name in look.headers})
        about = [name for name in names if "ratelimit" in name or name == "retry-after"]
        limits = {look.headers.get("x-ratelimit-limit") for look in self.asker.looks} - {None}
        told = ", ".join(sorted(str(limit) for limit in limits if str(limit).isdecimal()))
        return ", ".join(about) or "none", f"limit {told or 'not said'}"

    def _others(self) -> tuple[str, str]:
        last = next((look for look in reversed(self.asker.looks) if _left(look) is not None), None)
        limit = last.headers.get("x-ratelimit-limit", "") if last else ""
        if last is None or not limit.isdecimal():
            return "not told", "what is left is not said"
        # Not by how fast it goes down: what a steady neighbour uses comes back as steadily.
        counted = int(limit) - (_left(last) or 0)
        own = self.asker.client.requests
        return (
            "yes" if counted > own else "not meanwhile"
        ), f"{counted} counted, {own} of them ours"

    def _retry_after(self) -> tuple[str, str]:
        refused = [look for look in self.asker.looks if look.status == 429]  # noqa: PLR2004
        if not refused:
            return "not told", f"no 429 in {len(self.asker.looks)} requests"
        says = any(name.lower() == "retry-after" for look in refused for name in look.headers)
        return ("yes" if says else "no"), f"{len(refused)} times 429"


def _left(look: Look) -> int | None:
    """What Loop says is left of the budget."""
    said = look.headers.get("x-ratelimit-remaining", "")
    return int(said) if said.isdecimal() else None


def _refusal(look: Look) -> str:
    """Status and Loop's own words of a refusal."""
    said = envelopes.words(look.document) if isinstance(look.document, Mapping) else ""
    return f"{look.status} {said}".strip()
