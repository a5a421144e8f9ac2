"""Where events are kept until a reader has them: SQLite, or PostgreSQL for several receivers."""

from loopreturns_events.store.events import Aside, Event, Figures, Outcome, Store
from loopreturns_events.store.opening import open_store

__all__ = ["Aside", "Event", "Figures", "Outcome", "Store", "open_store"]
