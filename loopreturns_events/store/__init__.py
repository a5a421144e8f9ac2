"""Where events are kept until a reader has them: SQLite, or PostgreSQL for several receivers."""

from loopreturns_events.store.events import Store
from loopreturns_events.store.kept import Aside, Event, ReaderFigures, StoreFigures, Taken
from loopreturns_events.store.opening import open_store

__all__ = ["Aside", "Event", "ReaderFigures", "Store", "StoreFigures", "Taken", "open_store"]
