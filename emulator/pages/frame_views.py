"""The homepage, the navigator as a page of its own, and the platform's addresses that wrap another page."""

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from ...shared.web.parts import part
from ..identity.landing import own_path
from ..identity.web import current_caller
from ..records.gate import Gate
from .blueprint import pages
from .frame import error_page
from .home import panels
from .navigator import Navigator, filtered, typed_page


@pages.get("/")
@pages.get("/home.do")
@pages.get("/navpage.do")
def home() -> str:
    return render_template("home.html", panels=panels(part(Gate), current_caller()))


@pages.get("/navigator.do")
def navigator() -> str | Response:
    """What the navigator's filter does without a script: the menus that match, or the table that was typed."""
    text = request.args.get("filter", "")[:200]
    dictionary = part(Gate).read_dictionary()
    page = typed_page(text, dictionary)
    if page is not None:
        return redirect(page)
    groups = part(Navigator).groups(current_caller().roles, "", dictionary.tables)
    return render_template("navigator.html", found=filtered(groups, text), filter_text=text)


@pages.get("/nav_to.do")
def nav_to() -> Response:
    """``/nav_to.do?uri=`` shows a page inside the frame; here every page brings the frame, so it leads there."""
    return _to(request.args.get("uri", ""))


@pages.get("/now/nav/ui/classic/params/target/<path:target>")
def next_experience(target: str) -> Response:
    """The address that newer releases give the same (platform 6, D)."""
    return _to(target)


def _to(uri: str) -> Response:
    """Only a page of this instance is led to: an address elsewhere would make of us a trap for its visitors."""
    page = own_path(uri, otherwise="")
    if not page:
        return error_page("Page not found", "The address does not name a page of this instance.", 400)
    return redirect(page)
