"""``/app_store.do``: System Applications > All Available Applications (the address is ours)."""

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from ....shared.web.parts import part
from ...identity.web import current_caller
from ...pages.frame import framed
from ...records.gate import Gate
from ...releases import release_of_build
from ...settings import Settings
from .installing import HiService, Installer, InstallRefused, Store

STORE_URL = "/app_store.do"
DONE = {"installed": "The application was installed.", "uninstalled": "The application was uninstalled."}

blueprint = Blueprint("store", __name__, template_folder="templates")
framed(blueprint)


@blueprint.get(STORE_URL)
def available_applications() -> Response:
    return _page(done=DONE.get(request.args.get("done", ""), ""))


@blueprint.post(STORE_URL)
def install_application() -> Response:
    """Install or upgrade, with HI credentials; what is refused shows beside what was typed."""
    form = request.form
    hi = form.get("hi_user", "").strip(), form.get("hi_password", "")
    try:
        _store().install(current_caller(), form.get("scope", ""), form.get("version", ""), hi)
    except InstallRefused as refused:
        return _page(refusal=refused.message, status=refused.status)
    return redirect(f"{STORE_URL}?done=installed")


@blueprint.get("/app_store_uninstall.do")
def ask_before_uninstalling() -> str:
    offer = _store().offer(current_caller(), request.args.get("scope", ""))
    return render_template("store/uninstall.html", offer=offer)


@blueprint.post("/app_store_uninstall.do")
def uninstall_application() -> Response:
    if request.form.get("confirmed") != "true":
        return redirect(STORE_URL)
    _store().uninstall(current_caller(), request.form.get("scope", ""))
    return redirect(f"{STORE_URL}?done=uninstalled")


def _store() -> Store:
    installer = part(Installer)  # type: ignore[type-abstract]  # a Protocol is the key under which it was provided
    gate = part(Gate)
    release = release_of_build(gate.get_property("glide.buildtag"), part(Settings).release)
    return Store(gate, installer, part(HiService), release)


def _page(*, refusal: str = "", done: str = "", status: int = 200) -> Response:
    store = _store()
    page = render_template(
        "store/available.html",
        offers=store.offers(current_caller()),
        release=store.release,
        refusal=refusal,
        done=done,
        typed=request.form,
    )
    return make_response(page, status)
