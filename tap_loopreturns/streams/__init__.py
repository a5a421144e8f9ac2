"""The streams: what Singer sees of Loop. Nothing in here speaks HTTP itself."""
