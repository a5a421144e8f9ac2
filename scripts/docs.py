"""Build the site of docs/, strictly and without network: `python3 scripts/docs.py [FOLDER]`.

Any page outside of the navigation, any link to nothing and any other warning is an error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Build."""
    folder = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "docs" / "_build")
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-E"]
    paths = os.pathsep.join((str(ROOT / "scripts"), str(ROOT)))
    done = subprocess.run(
        [*command, str(ROOT / "docs"), folder],
        env=os.environ | {"PYTHONPATH": paths},
        check=False,
    )
    if done.returncode == 0:
        print(f"{folder}/index.html")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
