"""The list of returns: order, bounds, cursors, limits, states."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

from loop_returns import times
from loop_returns.endpoints import RETURNS_LIST, STATES
from loop_returns.questions.asking import (
    AnsweredQuestion,
    Asker,
    Look,
    Row,
    answered,
    kinds,
    places,
    second,
)

_PATH = RETURNS_LIST.path
_SPAN = 119 * times.DAY
_PAGE = 50
_TRIED = 6  # returns asked for by equal bounds
_SHAPES = (
    "id", "provider_order_id", "destination_id", "return_method", "carrier", "tracking_number",
    "label_status", "label_rate", "label_updated_at", "outcomes_processed_at.*",
    "gift_card_order_name", "line_items[].line_item_id", "line_items[].price",
    "line_items[].returned_at", "line_items[].condition.condition_category",
    "exchanges[].exchange_order_id", "labels[].rate",
)  # fmt: skip
_WORDS = ("state", "outcome", "type", "label_status")


@dataclass(eq=False)
class ReturnsQuestions:
    """Asks about the list of returns.

    Args:
        asker: The account.
        now: The present, in seconds.
    """

    asker: Asker
    now: int

    def findings(self) -> Iterator[AnsweredQuestion]:
        """Each question with its answer, about twenty requests in all."""
        for name, question, find in (
            ("order", "In which order does the list come, with filter=updated_at?", self._order),
            ("cursor", "What does a cursor hold, with filter=updated_at?", self._cursor),
            ("next_link", "What does a next link leave out, and where does it lead?", self._link),
            ("filter", "Does filter=updated_at select by updated_at?", self._filter),
            ("from", "Is `from` included?", self._from),
            ("to", "Is `to` included?", self._to),
            ("equal_bounds", "Do equal bounds find a return of that second?", self._equal),
            ("naive_times", "Is a time without a zone UTC?", self._naive),
            ("fractions", "Are times shown below the second?", self._fractions),
            ("page_cap", "How many rows has a page of 750?", self._page_cap),
            ("page_too_large", "What of a page size of 751?", self._too_large),
            ("unpaged", "Is an answer without pages whole?", self._unpaged),
            ("lone_from", "What does `from` alone mean?", self._lone_from),
            ("lone_to", "What does `to` alone mean?", self._lone_to),
            ("longest", "Are more than 120 days refused?", self._longest),
            ("state", "Does a named state answer that state alone?", self._named_state),
            ("default_states", "Which states come without `state`?", self._default_states),
            ("states_seen", "Which states, outcomes and the like were seen?", self._words),
            ("shapes", "Which shapes do values have that are known to drift?", self._shapes),
        ):
            yield answered(name, question, find)

    def ask(self, **params: str | int) -> Look:
        """The list by updated_at, in pages unless told otherwise."""
        return self.asker.ask(
            _PATH, **{"filter": "updated_at", "paginate": "true", "pageSize": 750, **params}
        )

    @cached_property
    def first(self) -> Look:
        """A short page of the last 119 days."""
        return self.ask(from_=_at(self.now - _SPAN), to=_at(self.now), pageSize=_PAGE)

    @cached_property
    def full(self) -> Look:
        """The longest page of the same days."""
        return self.ask(from_=_at(self.now - _SPAN), to=_at(self.now))

    @cached_property
    def named(self) -> dict[str, Look]:
        """Short pages of the states that are left out by default."""
        span: dict[str, str | int] = {
            "from_": _at(self.now - _SPAN),
            "to": _at(self.now),
            "pageSize": _PAGE,
        }
        return {state: self.ask(state=state, **span) for state in ("cancelled", "review")}

    @cached_property
    def rows(self) -> list[Row]:
        """All that was listed."""
        looks = (self.first, self.full, *self.named.values())
        return [row for look in looks for row in look.rows("returns")]

    @property
    def listed(self) -> list[Row]:
        """The rows of the longest page that there is."""
        return self.full.rows("returns") or self.first.rows("returns")

    @cached_property
    def one(self) -> Row:
        """A return that changed long after its creation, so that the two can be told apart."""
        rows = self.listed
        return max(rows, key=lambda row: second(row, "updated_at") - second(row, "created_at"))

    def _around(self, before: int, after: int, *, naive: bool = False) -> bool:
        """Whether `one` is in the stretch around its change."""
        return self._is_found(self.one, before, after, naive=naive)

    def _is_found(
        self, wanted: Row, before: int = 0, after: int = 0, *, naive: bool = False
    ) -> bool:
        moment = second(wanted, "updated_at")
        spell = _naive if naive else _at
        look = self.ask(
            from_=spell(moment - before), to=spell(moment + after), state=str(wanted["state"])
        )
        return any(row["id"] == wanted["id"] for row in look.rows("returns"))

    def _order(self) -> tuple[str, str]:
        rows = self.first.rows("returns")
        told = f"{len(rows)} rows"
        if len(rows) < 3:  # noqa: PLR2004
            return "not told", told
        keys = {name: [second(row, name) for row in rows] for name in ("updated_at", "created_at")}
        keys["id"] = [int(str(row["id"])) for row in rows]
        for which, newest in (("newest", True), ("oldest", False)):
            names = [name for name in keys if keys[name] == sorted(keys[name], reverse=newest)]
            if names:  # ids grow with the time of creation, so that the two may not be told apart
                named = "updated_at" if "updated_at" in names else " or ".join(names)
                return f"by {named}, {which} first", told
        return "in no order", told

    def _cursor(self) -> tuple[str, str]:
        link = self.first.next_link
        if link is None:
            return "not told", f"no next page behind {len(self.first.rows('returns'))} rows"
        cursor = parse_qs(urlsplit(link).query).get("cursor", [""])[0]
        try:
            content = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            names = sorted(name for name in content if not name.startswith("_"))
        except (ValueError, TypeError):
            return "nothing that can be read", "a token" if cursor else "no cursor"
        return ", ".join(names) + (" alone" if len(names) == 1 else ""), "names of its parts"

    def _link(self) -> tuple[str, str]:
        link = self.first.next_link
        if link is None:
            return "not told", "no next page"
        parts = urlsplit(link)
        asked = ("from", "to", "filter", "paginate", "pageSize")
        dropped = [name for name in asked if name not in parse_qs(parts.query)]
        own = urlsplit(self.asker.client.account.url).netloc == parts.netloc
        version = parts.path.split("/")[2] if parts.path.startswith("/api/") else "no version"
        host = "" if own else "; names another host"
        return f"leaves out {', '.join(dropped) or 'nothing'}{host}", f"version {version}"

    def _filter(self) -> tuple[str, str]:
        apart = second(self.one, "updated_at") - second(self.one, "created_at")
        if apart < 3600:  # noqa: PLR2004
            return "not told", "no return that changed an hour after its creation"
        found = self._around(60, 60)
        return ("yes" if found else "no"), f"a return that changed {apart // 3600} hours later"

    def _from(self) -> tuple[str, str]:
        return ("yes" if self._around(0, 60) else "no"), "a minute from its second on"

    def _to(self) -> tuple[str, str]:
        return ("yes" if self._around(60, 0) else "no"), "a minute up to its second"

    def _equal(self) -> tuple[str, str]:
        rows = {second(row, "updated_at"): row for row in self.listed}
        missed = sum(not self._is_found(rows[moment]) for moment in sorted(rows)[:_TRIED])
        return ("no" if missed else "yes"), f"{missed} of {min(len(rows), _TRIED)} missed"

    def _naive(self) -> tuple[str, str]:
        return ("yes" if self._around(60, 60, naive=True) else "no"), "YYYY-MM-DD HH:MM:SS"

    def _fractions(self) -> tuple[str, str]:
        texts = [str(row.get("updated_at")) for row in self.rows]
        parts = [text.partition(".")[2].rstrip("Z").partition("+")[0] for text in texts]
        some = sum(part.strip("0") != "" for part in parts)
        return ("yes" if some else "no"), f"{some} of {len(texts)}"

    def _page_cap(self) -> tuple[str, str]:
        count = len(self.full.rows("returns"))
        if self.full.status != 200:  # noqa: PLR2004
            return f"refused ({self.full.status})", "pageSize=750"
        if self.full.next_link is None:
            return "not told", f"all {count} rows of 119 days"
        return str(count), "a next page follows"

    def _too_large(self) -> tuple[str, str]:
        look = self.ask(from_=_at(self.now - _SPAN), to=_at(self.now), pageSize=751)
        if look.status == 422:  # noqa: PLR2004
            return "refused (422)", "pageSize=751"
        return f"answered ({look.status})", f"{len(look.rows('returns'))} rows"

    def _unpaged(self) -> tuple[str, str]:
        rows = self.listed
        moments = {str(row["id"]): second(row, "updated_at") for row in rows}
        low, high = min(moments.values()), max(moments.values())
        look = self.ask(from_=_at(low - 1), to=_at(high + 1), paginate="false")
        found = {str(row["id"]) for row in look.rows("returns")}
        inner = {own for own, at in moments.items() if low < at < high}
        lost = len(inner - found)
        seen = f"{len(found)} rows, where pages had {len(rows)}"
        return (f"no, {lost} lacked" if lost else "yes"), seen

    def _lone_from(self) -> tuple[str, str]:
        moments = [second(row, "updated_at") for row in self.rows]
        begin = min(moments)
        if max(moments) - begin < 2 * times.DAY:
            return "not told", "all changes are of two days"
        look = self.ask(from_=_at(begin))
        last = max(second(row, "updated_at") for row in look.rows("returns"))
        is_day = last - begin <= times.DAY + 1
        return ("the 24 hours after it" if is_day else "until now"), "from the oldest row on"

    def _lone_to(self) -> tuple[str, str]:
        moments = [second(row, "updated_at") for row in self.rows]
        end = min(moments) + 1
        look = self.ask(to=_at(end))
        found = [second(row, "updated_at") for row in look.rows("returns")]
        if end > self.now - 2 * times.DAY:
            return "not told", "all changes are of two days"
        return ("honoured" if any(at <= end for at in found) else "ignored"), f"{len(found)} rows"

    def _longest(self) -> tuple[str, str]:
        look = self.ask(from_=_at(self.now - 121 * times.DAY), to=_at(self.now), pageSize=1)
        return ("yes" if look.status == 422 else f"no ({look.status})"), "121 days"  # noqa: PLR2004

    def _named_state(self) -> tuple[str, str]:
        wrong = total = 0
        for state, look in self.named.items():
            rows = look.rows("returns")
            total += len(rows)
            wrong += sum(row.get("state") != state for row in rows)
        if not total:
            return "not told", "no cancelled return, and none in review"
        return ("no" if wrong else "yes"), f"{wrong} of {total} rows have another state"

    def _default_states(self) -> tuple[str, str]:
        told = {str(row.get("state")) for row in self.first.rows("returns")}
        told |= {str(row.get("state")) for row in self.full.rows("returns")}
        lacking = []
        for state, look in self.named.items():
            rows = [row for row in look.rows("returns") if row.get("state") == state]
            if not rows:
                continue
            moment = second(rows[0], "updated_at")
            near = self.ask(from_=_at(moment - 1), to=_at(moment + 1)).rows("returns")
            if any(row["id"] == rows[0]["id"] for row in near):
                told.add(state)
            else:
                lacking.append(state)
        seen = f"left out: {', '.join(lacking) or 'none'}"
        return ", ".join(state for state in STATES if state in told), seen

    def _words(self) -> tuple[str, str]:
        found = []
        for name in _WORDS:
            words = {str(value) for value in places(self.rows, name) if value is not None}
            plain = sorted(word for word in words if _is_plain(word))
            odd = f" and {len(words) - len(plain)} others" if len(words) > len(plain) else ""
            found.append(f"{name}: {', '.join(plain[:12]) or 'none'}{odd}")
        strange = {str(row.get("state")) for row in self.rows}.difference(STATES)
        return f"{len(strange)} states that are not documented", "; ".join(found)

    def _shapes(self) -> tuple[str, str]:
        told = [f"{path}: {kinds(places(self.rows, path))}" for path in _SHAPES]
        return f"{len(self.rows)} rows looked at", "; ".join(told)


def _is_plain(word: str) -> bool:
    """Whether it is a word of Loop's rather than one of a person's."""
    return len(word) < 30 and all(one.islower() or one in "_+-" for one in word)  # noqa: PLR2004


def _at(moment: int) -> str:
    return times.show(moment)


def _naive(moment: int) -> str:
    return times.show(moment).replace("T", " ").removesuffix("Z")
