"""A warehouse held against Loop row by row: what differs, how it is mended, and a record of it."""
