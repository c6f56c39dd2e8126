"""The contents of attachments: files in the data folder, each named by the SHA-256 of what it holds.

A content is written under another name, flushed and then renamed, so that a name never stands for half a content. It
is written before the record that names it is committed, and outlives it: a snapshot of the database may name it still.
What neither the database nor an image of it names is swept up later.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from ...shared.data_folder import one_at_a_time
from ...shared.replacing import replacing
from ...shared.unavailable import writing_files

GRACE = timedelta(hours=1)
"""How old an unnamed content must be to be swept up: the record of a younger one may be about to be committed."""

CHUNK = 64 * 1024


class TooLarge(Exception):
    """The content goes over the limit; nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Content:
    digest: str
    """SHA-256 in hex."""
    size: int


class Contents:
    """A folder of contents; made with the first of them."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._folder = folder
        self._durable = durable

    def keep(self, chunks: Iterable[bytes], limit: int) -> Content:
        """Write a content of at most ``limit`` bytes. Raises TooLarge, and DatabaseUnavailable on a full disk."""
        with writing_files("attachments"):
            return self._keep(chunks, limit)

    def _keep(self, chunks: Iterable[bytes], limit: int) -> Content:
        self._unfinished.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=self._unfinished)
        unfinished = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                content = _write(file, chunks, limit)
                file.flush()
                if self._durable:
                    os.fsync(file.fileno())
            self._place(unfinished, content)
        finally:
            unfinished.unlink(missing_ok=True)
        return content

    def open(self, digest: str) -> BinaryIO:
        """Raises FileNotFoundError."""
        return self._path(digest).open("rb")

    def pin(self, image: str, digests: Iterable[str]) -> None:
        """Remember what an image of the database names, beside what it named before, until it is unpinned."""
        self._pins.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = self._pinned(image)
        with replacing(self._pins / image) as unfinished:
            unfinished.write_text("\n".join(sorted({*before, *digests})))

    def unpin(self, image: str) -> None:
        (self._pins / image).unlink(missing_ok=True)

    def is_pinned(self, image: str) -> bool:
        return (self._pins / image).exists()

    def sweep(self, named: Callable[[], Collection[str]]) -> int:
        """Remove what no image and none of ``named()`` names, asked once no content can be found again unseen."""
        if not self._folder.exists():
            return 0
        with self._locked() as now:
            kept = {*named(), *(line for pin in self._pins.glob("[!.]*") for line in pin.read_text().split())}
            old = [path for path in self._files() if now - path.stat().st_mtime > GRACE.total_seconds()]
            gone = [path for path in old if path.name not in kept]
            for path in gone:
                path.unlink()
        return len(gone)

    def _pinned(self, image: str) -> list[str]:
        return (self._pins / image).read_text().split() if self.is_pinned(image) else []

    def _place(self, unfinished: Path, content: Content) -> None:
        path = self._path(content.digest)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        with self._locked():
            unfinished.replace(path)  # an equal content that is there becomes young again
        if self._durable:
            _flush(path.parent)

    @contextmanager
    def _locked(self) -> Iterator[float]:
        """Nothing is placed while it is held. Gives the moment by the clock of the files themselves."""
        lock = self._folder / "lock"
        with one_at_a_time(lock):
            os.utime(lock)
            yield lock.stat().st_mtime

    def _files(self) -> Iterator[Path]:
        yield from self._unfinished.glob("*")
        yield from self._folder.glob("[0-9a-f][0-9a-f]/*")

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    @property
    def _unfinished(self) -> Path:
        return self._folder / "unfinished"

    @property
    def _pins(self) -> Path:
        return self._folder / "pins"


def _write(file: BinaryIO, chunks: Iterable[bytes], limit: int) -> Content:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge
        digest.update(chunk)
        file.write(chunk)
    return Content(digest.hexdigest(), size)


def _flush(folder: Path) -> None:
    """Have the folder's own entries survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
