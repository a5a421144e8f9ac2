"""What the installed package says of itself."""

from __future__ import annotations

from importlib import metadata


def address(package: str, label: str) -> str:
    """One of its addresses, by its label in pyproject.toml; empty where there is none."""
    urls = metadata.metadata(package).get_all("Project-URL") or []
    return str(dict(url.split(", ", 1) for url in urls).get(label, ""))
