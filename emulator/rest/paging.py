"""The headers of a list: its total, and where its other pages are (rest 2)."""

from collections.abc import Mapping
from urllib.parse import quote

from flask import request

from .links import PageOfTotal, pagination_header
from .parameters import Parameters


def list_headers(asked: Parameters, total: int | None) -> Mapping[str, str]:
    """``X-Total-Count`` unless nobody counted, and ``Link`` unless it is not wanted or one page holds everything."""
    if total is None:
        return {}
    headers = {"X-Total-Count": str(total)}
    if not asked.suppress_pagination_header:
        address = f"{request.scheme}://{request.host}{quote(request.path)}"
        page = PageOfTotal(asked.limit, asked.offset, total)
        link = pagination_header(address, request.query_string.decode("latin-1"), page)
        headers |= {"Link": link} if link else {}
    return headers
