"""From a row as Loop sends it to a record as the stream's schema promises."""
