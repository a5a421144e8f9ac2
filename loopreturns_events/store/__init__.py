"""Where events are kept until a reader has them: SQLite, or PostgreSQL for several receivers."""

from loopreturns_events.store.events import Aside, Event, Store, StoreFigures, Taken
from loopreturns_events.store.opening import open_store

__all__ = ["Aside", "Event", "Store", "StoreFigures", "Taken", "open_store"]
