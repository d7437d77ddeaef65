"""The package is typed, and its types are those of the native module."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import guerdon

HERE = Path(__file__).parent


def run(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=HERE.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(guerdon.__file__).parent / "py.typed").exists()


def test_mypy_accepts_the_sample_and_finds_its_errors() -> None:
    run("mypy", "--strict", "tests/samples")


def test_the_stub_says_what_the_native_module_has() -> None:
    run("mypy.stubtest", "guerdon._native")


def test_names_are_exported_once_and_exist() -> None:
    assert len(set(guerdon.__all__)) == len(guerdon.__all__)
    assert all(hasattr(guerdon, name) for name in guerdon.__all__)
