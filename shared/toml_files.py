"""TOML files of the packages, parsed once and not at every start: kept beside them, as Python keeps compiled modules.

Reading what is kept takes a tenth of the time of parsing.
"""

import hashlib
import json
import sys
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from .replacing import replacing


def read_toml(file: Traversable) -> Mapping[str, Any]:
    """What the file holds, which are values that JSON knows."""
    source = file.read_bytes()
    digest = hashlib.sha256(source).hexdigest()
    path = Path(str(file))
    kept = path.with_name("__pycache__") / f"{path.name}.json"
    found = _kept(kept, digest)
    if found is not None:
        return found
    content = tomllib.loads(source.decode())
    if not sys.dont_write_bytecode:
        with suppress(OSError):  # the packages belong to somebody else
            _keep(kept, digest, content)
    return content


def _kept(path: Path, digest: str) -> Mapping[str, Any] | None:
    """What is kept of just this source."""
    try:
        of, content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    found: Mapping[str, Any] = content
    return found if of == digest else None


def _keep(path: Path, digest: str, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    with replacing(path, 0o644) as unfinished:  # whoever the packages belong to, others start the apps too
        unfinished.write_text(json.dumps([digest, content]), encoding="utf-8")
