"""STATE in an object store, as docs/shops.md shows it: any machine goes on from it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from tests.documents import blocks, section
from tests.many_shops import served, settings
from tests.warehouses.destinations.files import JsonLines
from tests.warehouses.meltano import MELTANO_S3, definition, meltano, script, start
from tests.warehouses.s3_server import ObjectStore, object_store

SHOWN = yaml.safe_load(blocks(section("shops.md", "STATE in an object store"), "yaml")[0])
BUCKET = "loop-state"


def run(folder: Path, config: dict[str, Any], store: ObjectStore) -> list[dict[str, Any]]:
    """Run once in a new project, as on a machine that knows nothing; the rows that it brings."""
    shutil.rmtree(folder, ignore_errors=True)
    to = JsonLines(folder / "to")
    loader = {
        "name": "target-jsonl",
        "namespace": "target_jsonl",
        "executable": "bin/target-jsonl",
        "config": to.config,
    }
    tap = definition() | {"config": config, "select": ["returns.*"]}
    start(folder, {"extractors": [tap], "loaders": [loader]}, SHOWN)
    (folder / "to/jsonl").mkdir()
    script(folder / "bin/target-jsonl", str(to.bin / "target-jsonl"))
    environ = {
        "STATE_KEY": store.access_key,
        "STATE_SECRET": store.secret_key,
        "MELTANO_STATE_BACKEND_S3_ENDPOINT_URL": store.url,
    }
    done = meltano(
        "run", "tap-loopreturns", "target-jsonl",
        project=folder, environ=environ, requirement=MELTANO_S3,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    written = (folder / "to/jsonl/returns.jsonl").read_text("utf-8")
    return [json.loads(line) for line in written.split("\n")[:-1]]


def test_a_machine_without_a_past_goes_on_from_the_bucket(tmp_path: Path) -> None:
    """The project is a new one each time; what changed is all that the second run brings."""
    with object_store() as store, served({"north": 40, "south": 20}) as loops:
        assert store.objects(BUCKET) == {}
        first = run(tmp_path / "project", settings(loops), store)
        assert len(first) == 60
        (kept,) = store.objects(BUCKET).values()
        assert set(json.loads(kept)["completed"]["singer_state"]["shops"]) == set(loops)
        changed = loops["north"].shop.change(5, seed=3)
        second = run(tmp_path / "project", settings(loops), store)
        assert {(row["shop"], row["id"]) for row in second} == {("north", one) for one in changed}
        assert list(store.objects(BUCKET).values()) != [kept]
