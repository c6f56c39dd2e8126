"""The addresses of the lab, of which much else keeps clear."""

from flask import Request

LAB_PATH = "/lab"
_BELOW = f"{LAB_PATH}/"


def is_for_lab(request: Request) -> bool:
    """Whether the lab is asked, at a known address or not. A page of a table called ``lab…`` is not the lab's."""
    path = request.path
    return path == LAB_PATH or path.startswith(_BELOW)
