"""Webhooks received, kept and read, on real servers and both stores."""
