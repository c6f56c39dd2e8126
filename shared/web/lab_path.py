"""The addresses of the lab, of which much else keeps clear."""

from flask import Request

LAB_PATH = "/lab"


def is_for_lab(request: Request) -> bool:
    """Whether the lab is asked, under an address that it knows or not. A page of a table called ``lab…`` is none."""
    return request.path == LAB_PATH or request.path.startswith(f"{LAB_PATH}/")
