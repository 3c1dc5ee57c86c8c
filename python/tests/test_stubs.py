"""The stub of the extension module says what is in it."""

from __future__ import annotations

import ast
from pathlib import Path

import straydose
from straydose import _straydose


def test_stub_and_module_agree() -> None:
    stub = ast.parse((Path(straydose.__file__).parent / "_straydose.pyi").read_text())
    said: dict[str, set[str]] = {}
    for node in stub.body:
        if isinstance(node, ast.ClassDef):
            said[node.name] = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef):
            said[node.name] = set()
    there = {
        name: {key for key in vars(value) if not key.startswith("__")} if isinstance(value, type) else set()
        for name, value in vars(_straydose).items()
        if not name.startswith("__")
    }
    assert said == there
    assert (Path(straydose.__file__).parent / "py.typed").exists()


def test_everything_is_documented() -> None:
    for name in straydose.__all__:
        value = getattr(straydose, name)
        assert name == "__version__" or value.__doc__, name
        if isinstance(value, type):
            for key, member in vars(value).items():
                is_own = not key.startswith("_") and (callable(member) or hasattr(member, "__get__"))
                assert not is_own or member.__doc__, f"{name}.{key}"
