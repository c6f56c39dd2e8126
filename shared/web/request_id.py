"""One id for what a request sets going in both apps: the tenant draws it, the instance logs it as the caller's.

Ours: ServiceNow has its own transaction id, and logs whatever header it is sent at most as a header. The tenant's log
lines and the instance's carry the same ``request``, and the instance's carry its ``transaction`` as well, under which
the decisions lie.
"""

import re

from flask import Flask, Response

from ..ids import Ids
from ..log_context import Logs, about, begin, use_logs
from .at_hand import request_at_hand

HEADER = "X-Request-ID"
ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def install_request_ids(app: Flask, ids: Ids, logs: Logs, *, own: bool) -> None:
    """To be installed before all else. ``own``: a request that brings none gets one, and every answer tells it.

    What happens during the request is logged to ``logs``, whatever other apps there are in this process.
    """

    @app.before_request
    def _begin() -> None:
        use_logs(logs)
        request = request_at_hand()
        given = request.headers.get(HEADER, "")
        usable = given if ACCEPTABLE.fullmatch(given) else ""
        begin(request=usable or (ids.transaction_id() if own else ""), address=request.remote_addr or "")

    if own:

        @app.after_request
        def _tell(response: Response) -> Response:
            response.headers.setdefault(HEADER, about().get("request", ""))
            return response
