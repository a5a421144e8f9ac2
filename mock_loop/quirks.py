"""How this Loop behaves where the documentation is silent, or differs from what was seen."""

from dataclasses import dataclass
from typing import Literal, get_args, get_origin, get_type_hints

HTML = "<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>"


@dataclass(frozen=True)
class Quirks:
    """One possible Loop; the defaults are what is documented, or else most likely."""

    order: Literal["desc", "asc", "id"] = "desc"
    """How a returns list is sorted; "id": not by time, and the cursor is an id."""
    from_inclusive: bool = True
    to_inclusive: bool = True
    cursor_column: Literal["filter", "created_at", "opaque", "id"] = "filter"
    """"filter": the cursor is a timestamp of the column named in ``filter``, alone.
    "created_at": that column sorts and cuts whatever ``filter`` says.
    "id": the timestamp has the return's id beside it. "opaque": a random token."""
    max_page_size: int = 750
    page_cap: int | None = None
    """Silently no more rows a page than this."""
    next_link_drops: tuple[str, ...] = ("from", "state", "paginate")
    """Absent from the documented sample of a next link."""
    next_link_version: str | None = "v1"
    """The documented sample names v1 whatever was asked; None: the version asked."""
    next_link_host: str | None = None
    """Another host, or scheme and host; None: this server's."""
    next_link_without_cursor: bool = False
    repeat_cursor: bool = False
    """The second page's next link leads to the second page."""
    empty_page_at: int | None = None
    """The page of a chain (1: the first) that is empty, yet has a next link."""
    paginate_ignored: bool = False
    """A bare array whatever ``paginate`` says."""
    default_states: tuple[str, ...] = ("open", "closed", "expired")
    """What a list without ``state`` answers."""
    unpaged_cap: int | None = None
    """An unpaged list of returns is cut at so many, in its order, without a word."""
    hidden_fractions: bool = False
    """Half of all returns changed, and were made, amid their second; bounds are whole seconds."""
    state_ignored: Literal["no", "default", "all"] = "no"
    """What a named state answers: its own returns, those of the default states, or all."""
    filter_ignored: bool = False
    """``filter=updated_at`` means ``created_at``."""
    to_ignored: bool = False
    """A list reaches into the present whatever ``to`` says."""
    slow_second: str | None = None
    """A list of returns that holds this second ends in the proxy's 524."""
    long_second: tuple[str, int] | None = None
    """A list of returns that holds this second is longer by so many bytes, all blanks."""
    list_cap: int | None = None
    """Notices, destinations and webhooks are cut at so many, without a word."""
    commerce_cap: int | None = None
    """Commerce lists have no more rows a page than this, and no links."""
    max_days: int | None = 120
    """A longer list of returns is refused; None: none is."""
    lone_from: Literal["day", "now"] = "day"
    """What ``from`` without ``to`` means: the day after it (documented), or all until now."""
    lone_to: Literal["ignored", "honoured"] = "ignored"
    naive_behind: int = 0
    """By how many hours a time without a zone, in a list of returns, is behind UTC."""
    absent: Literal["documented", "404"] = "documented"
    """How it is said that a return, its notes or a cart are not there, when they are read."""
    asn_column: Literal["created_at", "updated_at"] = "created_at"
    asn_max_days: int = 120
    """From version 2026-10 on; 2026-07 and v1 have no such limit."""
    shipments_column: Literal["created_at", "updated_at"] = "created_at"
    """What from and to of Happy Returns shipments mean."""
    lists_page_size: bool = True
    """Allowlist and blocklist heed ``pageSize``, as the pagination page says, though their own
    pages do not name it."""
    per_page_heeded: bool = False
    """Happy Returns lists take ``per_page``, which is not documented."""

    process_seconds: float = 0.0
    """How long a return stays in the queue before it is processed."""
    process_flagged: bool = False
    """The shop's setting "Allow flagged returns to process"."""
    destination_limit: int = 50
    links_want_shop: str | None = None
    """The id of the shop that a link must name; None: none is asked for."""

    requests_per_minute: int | None = 300
    counting: Literal["sliding", "fixed"] = "sliding"
    """"fixed": a minute begins with the first request after the last minute."""
    retry_after: bool = True
    """Send Retry-After with 429 (not documented, usual for Laravel)."""
    ratelimit_headers: bool = True
    """Send x-ratelimit-limit and -remaining (seen live)."""
    foreign_requests_per_minute: float = 0
    """What another integration takes out of the same key's budget, evenly."""

    latency: float | tuple[float, float] = 0.0
    """Seconds until an answer; two of them: anything between, at random."""
    gzip: bool = True
    """Compress answers for clients that accept it."""
    date_header_offset: int = 0
    """By how many seconds the server's Date is wrong."""
    error_page: str = HTML
    """The HTML that a gateway answers with; {title} becomes what it complains about."""

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(type(self)).items():
            if get_origin(hint) is Literal and getattr(self, name) not in get_args(hint):
                raise ValueError(f"{name} is one of {', '.join(get_args(hint))}")
