"""``/stats.do``: what the instance is, for anybody who asks (rest 10; the lines are general knowledge, G)."""

from flask import Blueprint, Response, render_template

from ....shared.web.parts import part
from ...records.gate import Gate
from ...releases import release_named
from ...settings import Settings

blueprint = Blueprint("stats", __name__)


@blueprint.get("/stats.do")
def stats() -> Response:
    """Release and build, as monitoring and clients read them; no login is asked for (G)."""
    settings, gate = part(Settings), part(Gate)
    release = release_named(settings.release)
    lines = {
        "Instance name": settings.name,
        "Build name": release.label,
        "Build date": release.built,
        "Build tag": release.build_tag,
        "MID buildstamp": f"{release.name}-{release.built}__{release.patch}",
        "glide.war": gate.get_property("glide.war", release.war),
        "Instance time": gate.clock.now().strftime("%Y-%m-%d %H:%M:%S UTC"),
    }
    return Response(render_template("store/stats.html", lines=lines), headers={"Cache-Control": "no-store"})
