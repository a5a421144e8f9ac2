"""The installed package knows its addresses, so that no file of the code has to."""

from __future__ import annotations

import subprocess
import sys

from loopreturns_plugin import package


def test_an_address_is_that_of_pyproject_toml() -> None:
    """And an unknown label has none."""
    assert package.address("tap-loopreturns", "Repository").endswith("/tap-loopreturns")
    assert package.address("tap-loopreturns", "Nothing") == ""


def test_about_links_into_the_documentation() -> None:
    """Of the tap and of the target."""
    for plugin in ("tap", "target"):
        code = f"from {plugin}_loopreturns.{plugin} import main; main()"
        told = subprocess.run(
            [sys.executable, "-c", code, "--about"], capture_output=True, text=True, check=True
        ).stdout
        assert package.address("tap-loopreturns", "Documentation") in told
