"""The tree's top level, and the packages the product is built on."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    ".ruff.toml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "benchmarks",
    "connector",
    "docs",
    "emulator",
    "pyproject.toml",
    "requirements.lock",
    "setup.cfg",
    "shared",
    "tests",
    "wsgi.py",
}

DISTRIBUTIONS = {"argon2": "argon2-cffi"}
"""Where the name one imports is not the name one installs."""

LOADED_BY = {"pytest"}
"""What loads the test kit's plugin is there when that is loaded."""

PRODUCT_PACKAGES = ("flask", "flask_sqlalchemy", "authlib", "requests", "marshmallow")


def tracked(*folders: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *folders], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return [name for name in listed.stdout.split("\0") if name]


def imported_by(path: Path) -> Iterator[str]:
    """The top-level names a file imports from other packages."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.split(".")[0]


def imports_of(*folders: str) -> set[str]:
    files = [ROOT / name for name in tracked(*folders) if name.endswith(".py")]
    return {name for path in files for name in imported_by(path)}


def test_top_level_holds_the_fixed_list_and_nothing_else():
    """A newcomer sees the houses at once: nothing is added to the top level in passing."""
    assert {name.split("/")[0] for name in tracked()} == TOP_LEVEL


@pytest.mark.parametrize("package", PRODUCT_PACKAGES)
def test_package_the_product_is_built_on_is_in_use(package: str):
    """Flask, Flask-SQLAlchemy, Authlib, requests and marshmallow carry the product; none is listed for show."""
    assert package in imports_of("emulator", "connector", "shared")


def test_pytest_and_pytest_flask_carry_the_tests(accept_json: list[tuple[str, str]]):
    """The tests run on pytest, with pytest-flask at work in them: ``accept_json`` here is its fixture."""
    assert "pytest" in imports_of("tests")
    assert accept_json == [("Accept", "application/json")]
    using = [name for name in tracked("tests") if name.endswith(".py") and "accept_json" in (ROOT / name).read_text()]
    assert len(using) > 1


def test_no_fixture_is_named_app():
    """pytest-flask keeps one context alive for a fixture named ``app``, which hides leaks between requests."""
    for name in tracked("tests"):
        if name.endswith(".py"):
            tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
            assert "app" not in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name


def test_every_foreign_import_is_pinned():
    """What runs is in the lock file's runtime part, what tests in the whole of it or in the pins of a client."""
    runtime, _, development = (ROOT / "requirements.lock").read_text().partition("# --- development ---")
    assert not _unpinned(imports_of("emulator", "connector", "shared", "wsgi.py") - LOADED_BY, runtime)
    clients = "".join(path.read_text() for path in sorted((ROOT / "tests" / "clients").glob("*/requirements.txt")))
    assert not _unpinned(imports_of("tests", "benchmarks", "docs"), runtime + development + clients)


def test_pins_of_a_client_name_no_registry():
    """Whichever registry a machine is set up for serves them."""
    pins = [*(ROOT / "tests" / "clients").glob("*/requirements.txt"), *(ROOT / "tests" / "clients").glob("*/*.json")]
    assert len(pins) > 8
    for path in pins:
        text = path.read_text()
        assert not {word for word in ('"resolved"', "registry.", "--index-url", "files.") if word in text}, path


def _unpinned(names: set[str], lock: str) -> set[str]:
    pinned = {line.split("==")[0] for line in lock.splitlines() if "==" in line}
    ours = [Path(name) for name in tracked("tests", "benchmarks", "docs")]
    own = {"ticketlab", *(path.stem for path in ours), *(part for path in ours for part in path.parent.parts)}
    foreign = names - set(sys.stdlib_module_names) - own
    return {name for name in foreign if DISTRIBUTIONS.get(name, name.replace("_", "-")) not in pinned}
