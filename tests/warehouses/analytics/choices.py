"""The choices that the package offers, as dbt takes them and as the recomputation does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Choices:
    """One set of definitions; the defaults are the package's own."""

    basis: str = "created"
    zone: str = "UTC"
    excluded: tuple[str, ...] = ("cancelled", "expired")
    outcome: str = "stated"
    retained: str = "without_upsell"
    rate: str = "units"
    rate_unit: str = "cents"
    window_days: int = 90
    repeat: int = 3
    stuck_days: int = 7
    as_of: datetime = datetime(2026, 11, 1, 12)  # noqa: DTZ001  in UTC, as the tables are
    salt: str = ""
    emails: bool = False
    orders: str = "none"
    using: dict[str, bool] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def variables(self) -> dict[str, Any]:
        """As dbt's --vars."""
        return {
            "loop_date_basis": self.basis,
            "loop_timezone": self.zone,
            "loop_excluded_states": list(self.excluded),
            "loop_outcome": self.outcome,
            "loop_retained_revenue": self.retained,
            "loop_return_rate": self.rate,
            "loop_label_rate_unit": self.rate_unit,
            "loop_repeat_window_days": self.window_days,
            "loop_repeat_returns": self.repeat,
            "loop_stuck_days": self.stuck_days,
            "loop_as_of": self.as_of.isoformat(sep=" "),
            "loop_customer_salt": self.salt,
            "loop_keep_emails": self.emails,
            "loop_orders": self.orders,
            **{f"loop_using_{stream}": on for stream, on in self.using.items()},
            **self.more,
        }

    def day(self, moment: datetime | None) -> Any:
        """The shop's day of a moment in UTC."""
        if moment is None:
            return None
        zoned = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(self.zone))
        return zoned.date()
