"""What the code itself must be: secrets compared in constant time (L10), nothing foreign loaded (L11)."""

import ast
import hmac
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from oauth_flows import ClientBrowser, make_client, make_user
from oauth_records import by_password
from ticketlab.emulator.testing import close, make_instance

ROOT = Path(__file__).parents[2]
PRODUCT = ("emulator", "connector", "shared")
SECRET = re.compile(r"(secret|password|token|verifier|mac|digest|signature|nonce|hash|_key)(_of)?$")
IN_SQL = {"where", "outerjoin", "join", "filter"}
NOT_A_GUESS = {
    "emulator/oauth/judging.py": "a record against what the key derives from its own sys_id: nobody's guess",
    "shared/command/certificates.py": "public keys of two files of ours, at the start",
    "shared/toml_files.py": "whether what is kept of a file of ours was made of it as it is",
    "connector/tickets/service.py": "the digest of a ticket's own content, which is no secret",
}
"""Files in which two of our own values are compared, and why that is no oracle."""


def sources(suffix: str) -> Iterator[Path]:
    for folder in PRODUCT:
        yield from sorted((ROOT / folder).rglob(f"*.{suffix}"))


def name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return name_of(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def early_comparisons(tree: ast.AST) -> Iterator[int]:
    """Lines that compare something secret with ``==``, which ends at the first byte that differs."""
    in_sql = {
        id(inner)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and name_of(call) in IN_SQL
        for inner in ast.walk(call)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or id(node) in in_sql:
            continue
        if not any(isinstance(each, ast.Eq | ast.NotEq) for each in node.ops):
            continue
        sides = (node.left, *node.comparators)
        if any(isinstance(each, ast.Constant) or name_of(each).isupper() for each in sides):
            continue
        if any(SECRET.search(name_of(each)) for each in sides):
            yield node.lineno


@pytest.mark.attack("L10")
def test_l10_nothing_secret_is_compared_by_its_beginning():
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources("py")
        if str(path.relative_to(ROOT)) not in NOT_A_GUESS
        for line in early_comparisons(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


@pytest.mark.attack("L10")
@pytest.mark.parametrize("code", ["row.secret_hash == hash_of(given)", "self.token != given", "mac_of(x) == mac"])
def test_l10_the_search_would_find_one(code):
    """And leaves a look-up by hash to the database."""
    assert list(early_comparisons(ast.parse(code)))
    assert not list(early_comparisons(ast.parse(f"select(row).where({code})")))
    assert not list(early_comparisons(ast.parse(f"select(row).where({code})")))


@pytest.mark.attack("L10")
def test_l10_secrets_are_compared_as_bytes_in_constant_time(tmp_path, monkeypatch):
    """Every door where a secret is guessed ends in ``compare_digest``, which takes text of any script as bytes only."""
    compared = []
    real = hmac.compare_digest

    def watched(one: object, other: object) -> bool:
        compared.append((one, other))
        return real(one, other)

    instance = make_instance(tmp_path)
    make_user(instance)
    client = make_client(instance)
    monkeypatch.setattr(hmac, "compare_digest", watched)
    guess = "gu\u00e9ss"
    by_password(ClientBrowser(instance.test_client()), client, client_secret=guess)
    assert guess.encode() in [side for pair in compared for side in pair]
    compared.clear()
    instance.test_client().get("/api/now/table/incident", headers={"x-sn-apikey": guess})
    instance.test_client().get("/api/now/table/incident", headers={"Authorization": f"Bearer {'A' * 86}"})
    page = instance.test_client().get("/login.do").text
    assert page
    assert compared
    assert all(isinstance(side, bytes) for pair in compared for side in pair)
    close(instance)


@pytest.mark.attack("L11")
def test_l11_every_dependency_is_pinned_with_its_hashes_and_installed_by_them():
    entries = re.split(r"(?m)^(?=[a-z0-9])", (ROOT / "requirements.lock").read_text(encoding="utf-8"))[1:]
    assert len(entries) > 50
    for entry in entries:
        assert re.match(r"[A-Za-z0-9_.\[\]-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
    for script in (ROOT / "Makefile", ROOT / ".ci" / "package", ROOT / ".ci" / "run"):
        for line in script.read_text(encoding="utf-8").splitlines():
            if re.search(r"\bpip\)? install|pip install|\$\(PIP\) install|\$pip install", line):
                assert "--require-hashes" in line or "--no-deps" in line, line


@pytest.mark.attack("L11")
def test_l11_the_security_rules_of_ruff_find_nothing():
    """``S`` are bandit's rules; an exception in the product says why beside it."""
    rules = ("--select", "S", "--ignore", "S101")  # asserts narrow types for mypy; .ruff.toml tells
    command = [sys.executable, "-m", "ruff", "check", *rules, "--quiet", *PRODUCT]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
    for path in sources("py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            excused = re.search(r"# noqa: [A-Z0-9, ]*\bS\d+[A-Z0-9, ]*(.*)", line)
            assert excused is None or len(excused[1].strip(" -()")) > 8, f"{path.name}: {line}"


@pytest.mark.attack("L11")
def test_l11_pages_load_nothing_from_elsewhere():
    """No script, style, font or picture of another host; all scripts are our own, none is vendored."""
    loads = re.compile(r"""(?:src|href|action|srcset)\s*=\s*["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""")
    for suffix in ("html", "css", "js", "svg"):
        for path in sources(suffix):
            assert not loads.search(path.read_text(encoding="utf-8")), path
    scripts = [path for path in sources("js") if "vendor" in path.parts or path.name.endswith(".min.js")]
    assert scripts == []
