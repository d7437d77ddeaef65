"""The bill of materials that a wheel carries: it is there, and names every crate that is compiled in."""

from __future__ import annotations

import json
import subprocess
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

CRATE = Path(__file__).resolve().parents[1]


def bill_of_materials() -> dict[str, Any]:
    files = [file for file in distribution("guerdon").files or [] if file.parent.name == "sboms"]
    assert [file.name for file in files] == ["guerdon-python.cyclonedx.json"]
    # PEP 770: in the folder `sboms` of the distribution's own metadata.
    assert files[0].parent.parent.name.endswith(".dist-info")
    bill: dict[str, Any] = json.loads(files[0].read_text(encoding="utf-8"))
    return bill


def compiled_in() -> set[tuple[str, str]]:
    """Name and version of everything that a build of the wheel on this machine compiles."""
    command = ["cargo", "tree", "--locked", "--edges", "normal", "--prefix", "none"]
    tree = subprocess.run(command, cwd=CRATE, check=True, capture_output=True, text=True).stdout
    crates = {(line.split()[0], line.split()[1].removeprefix("v")) for line in tree.splitlines() if line}
    return {(name, version) for name, version in crates if name != "guerdon-python"}


def test_the_wheel_names_its_crates() -> None:
    bill = bill_of_materials()
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "guerdon-python"
    named = {(one["name"], one["version"]) for one in bill["components"]}
    crates = compiled_in()
    assert ("pyo3" in {name for name, _ in crates}) and ("guerdon" in {name for name, _ in crates})
    assert crates <= named


def test_every_crate_has_its_licence() -> None:
    unlicensed = [one["name"] for one in bill_of_materials()["components"] if not one.get("licenses")]
    assert unlicensed == []
