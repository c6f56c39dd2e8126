"""The headers of a list: its total, and where its other pages are (rest 2)."""

from collections.abc import Mapping
from urllib.parse import quote

from flask import request

from ..records.row import Page
from .links import PageOfTotal, pagination_header
from .parameters import Parameters
from .routing import own_address
from .slashes import as_sent


def list_headers(asked: Parameters, page: Page) -> Mapping[str, str]:
    """``X-Total-Count`` unless nobody counted, and ``Link`` unless it is not wanted or one page holds everything."""
    headers = {} if page.total is None else {"X-Total-Count": str(page.total)}
    if not asked.suppress_pagination_header:
        address = f"{own_address()}{quote(as_sent(request.path))}"
        place = PageOfTotal(asked.limit, asked.offset, page.total, page.full)
        link = pagination_header(address, request.query_string.decode("latin-1"), place)
        headers |= {"Link": link} if link else {}
    return headers
