"""``/stats.do`` and ``/xmlstats.do``: what the instance is, for anybody who asks (rest 10; the lines are G)."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from flask import Blueprint, Response, render_template

from ....shared.web.parts import part
from ...records.gate import Gate
from ...releases import release_named
from ...rest.representation import XML_HEAD
from ...settings import Settings

blueprint = Blueprint("stats", __name__)


NO_STORE = {"Cache-Control": "no-store"}


@blueprint.get("/stats.do")
def stats() -> Response:
    """Release and build, as monitoring and clients read them; no login is asked for (G)."""
    return Response(render_template("store/stats.html", lines=_lines()), headers=NO_STORE)


@blueprint.get("/xmlstats.do")
def xml_stats() -> Response:
    """The same for programs: one element a line, its name the line's in lower case (G)."""
    elements = {name.lower().replace(" ", "_").replace(".", "_"): text for name, text in _lines().items()}
    body = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in elements.items())
    return Response(f"{XML_HEAD}<xmlstats>{body}</xmlstats>", content_type="text/xml; charset=UTF-8", headers=NO_STORE)


def _lines() -> Mapping[str, str]:
    settings, gate = part(Settings), part(Gate)
    release = release_named(settings.release)
    return {
        "Instance name": settings.name,
        "Build name": release.label,
        "Build date": release.built,
        "Build tag": release.build_tag,
        "MID buildstamp": f"{release.name}-{release.built}__{release.patch}",
        "glide.war": gate.get_property("glide.war", release.war),
        "Instance time": gate.clock.now().strftime("%Y-%m-%d %H:%M:%S UTC"),
    }
