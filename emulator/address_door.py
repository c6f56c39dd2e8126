"""Before anything else: may this address reach the instance at all?

IP Address Access Control (platform 2.4, D).

Every path is judged, whoever asks and for whatever; a client that is refused uses no transaction. Only the lab stays
within reach: its own guard admits this machine, and somebody must be able to mend a mistake (ours).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from ipaddress import ip_network
from typing import Any

from flask import Flask, Response, request

from ..shared.ids import Ids
from ..shared.logs import log
from ..shared.web.lab_path import is_for_lab
from ..shared.web.parts import part
from .access.addresses import TABLE, AddressRule, denying_rule, parse_address
from .access.caller import Caller, Channel
from .access.trail import Trail
from .errors import AddressRuleRefused, PlatformError
from .records.gate import Gate

CHAIN = "ticketlab.address_chain"
FORWARDED_FOR = "HTTP_X_FORWARDED_FOR"
MOST_HOPS = 20
REFUSED = "Security restricted: Access restricted ({address} not authorized)"
PAGE = """<html>
<head><title>403 Forbidden</title></head>
<body><h1>403 Forbidden</h1><p>{sentence}</p></body>
</html>
"""
"""Only the status is documented; the page is ours, its sentence is that of the log (KB0718608)."""


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The proxies whose ``X-Forwarded-For`` is believed; from anyone else it is a claim and is not looked at."""

    networks: tuple[str, ...] = ()

    def chain(self, environ: Mapping[str, object]) -> tuple[str, ...]:
        """The peer, then whoever it speaks for: as far as each was named by a proxy that is trusted."""
        chain = [str(environ.get("REMOTE_ADDR") or "")]
        if not self.networks:
            return tuple(chain)
        claimed = [each.strip() for each in str(environ.get(FORWARDED_FOR) or "").split(",")]
        while claimed and len(chain) < MOST_HOPS and self._trusts(chain[-1]) and parse_address(claimed[-1]):
            chain.append(claimed.pop())
        return tuple(chain)

    def _trusts(self, text: str) -> bool:
        address = parse_address(text)
        return address is not None and any(address in ip_network(each) for each in self.networks)


def install(app: Flask, gate: Gate, proxies: TrustedProxies) -> None:
    """To be installed before everything else that looks at a request."""
    app.wsgi_app = _KnowsProxies(app.wsgi_app, proxies)  # type: ignore[method-assign]

    @app.before_request
    def _judge() -> Response | None:
        if is_for_lab(request):
            return None
        rules = gate.snapshot().policy.addresses
        rule = denying_rule(rules, request.environ[CHAIN]) if rules else None
        return None if rule is None else _refuse(gate, rule)


def _refuse(gate: Gate, rule: AddressRule) -> Response:
    address = request.remote_addr or ""
    sentence = REFUSED.format(address=address)
    log().warning(f"WARNING *** {sentence}", path=request.path)
    # The id opens the refusal in the lab; the answer bears none, for the client used no transaction.
    caller = Caller("", "", channel=_channel(), address=address, transaction=part(Ids).transaction_id())
    trail = Trail(caller, TABLE, request.method)
    reason = f"The request came from {address}, which the rule covers."
    try:
        trail.refuse(AddressRuleRefused(sentence), "address", rule.name, reason, rule.record)
    except PlatformError:
        gate.log.write([trail])
    return Response(PAGE.format(sentence=escape(sentence)), 403, content_type="text/html;charset=UTF-8")


def _channel() -> Channel:
    return Channel.REST if request.path.startswith("/api/") else Channel.PAGE


class _KnowsProxies:
    """Puts the client's own address in the place of the peer's, as far as trusted proxies vouch for it."""

    def __init__(self, wsgi_app: Callable[..., Iterable[bytes]], proxies: TrustedProxies) -> None:
        self._wsgi_app = wsgi_app
        self._proxies = proxies

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        chain = self._proxies.chain(environ)
        environ[CHAIN] = chain
        environ["REMOTE_ADDR"] = chain[-1]
        return self._wsgi_app(environ, start_response)
