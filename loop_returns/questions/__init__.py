"""Which way the open questions of Loop's API fall in one account, from cheap readings."""
