"""Small APIs that clients use beside the Table API: tiny URLs, the current user, the list of tables (rest 10, C)."""

from flask import Blueprint, Response

from ...shared.web.parts import part
from ..errors import NotAuthenticated
from ..identity.users import Users
from ..records.gate import Gate
from . import assumptions
from .frame import answer, api_caller, speak_rest
from .incoming import given_record
from .tiny_urls import shorten

blueprint = Blueprint("small_apis", __name__, url_prefix="/api/now")
speak_rest(blueprint)


@blueprint.post("/tinyurl", provide_automatic_options=False)
def tiny_url() -> Response:
    """``{"url": "https://…?sysparm_query=…"}`` becomes ``{"result": "incident_list.do?sysparm_tiny=…"}``."""
    caller = api_caller()
    address = given_record().get("url")
    return answer({"result": shorten(part(Gate), caller, address)})


@blueprint.get("/ui/user/current_user", provide_automatic_options=False)
def current_user() -> Response:
    """Who asks. Each client reads other keys, so all of them are there."""
    caller = api_caller()
    account = part(Users).by_id(caller.user)
    if account is None:
        raise NotAuthenticated
    known = {
        "sys_id": account.sys_id,
        "user_name": account.user_name,
        "name": account.name,
        "email": account.email,
        "initials": "".join(word[0] for word in account.name.split()[:2]).upper(),
    }
    return answer({"result": {key: known[value] for key, value in assumptions.CURRENT_USER.value.items()}})


@blueprint.get("/doc/table/schema", provide_automatic_options=False)
def tables() -> Response:
    """Every table by label and name, for a list to choose from."""
    api_caller()
    known = part(Gate).read_dictionary().tables.values()
    result = [{"label": table.label, "value": table.name} for table in sorted(known, key=lambda each: each.name)]
    return answer({"result": result})
