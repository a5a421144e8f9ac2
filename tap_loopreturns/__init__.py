"""A Singer tap for Loop Returns."""
