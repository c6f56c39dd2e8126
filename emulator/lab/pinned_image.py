"""An image of the database that holds on to the files of the attachments it names."""

from collections.abc import Hashable
from dataclasses import dataclass

from ...shared.place import Image
from ..records.attachments import Attachments


@dataclass(frozen=True)
class PinnedImage:
    """``name`` tells the images of one instance apart."""

    image: Image
    name: str
    attachments: Attachments

    def exists(self) -> bool:
        return self.image.exists()

    def stamp(self) -> Hashable:
        return self.image.stamp()

    def save(self) -> None:
        """What it names is asked before and after, so that nothing in between is lost."""
        self.attachments.pin(self.name)
        self.image.save()
        self.attachments.pin(self.name)

    def restore(self) -> None:
        self.image.restore()

    def remove(self) -> None:
        self.image.remove()
        self.attachments.unpin(self.name)
