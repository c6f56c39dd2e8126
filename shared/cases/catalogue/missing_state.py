"""The instance insists on a state, and the client sends none."""

from collections.abc import Sequence
from urllib.parse import urlencode

from ..bench import Bench
from ..case import Case, Cure

PROPERTY = "glide.oauth.state.parameter.required"


class MissingState(Case):
    title = "A client that sends no state parameter is refused"
    source = "platform 1.1, D"
    differs = f"{PROPERTY} is true, as on instances since Madrid; the client omits the state parameter."
    steps = ("Open /oauth_auth.do on the instance with response_type, client_id and redirect_uri, but no state.",)
    symptom = "Missing State parameter in request."
    cured = "Sign in with the ServiceNow account that the application is to connect to."
    check = f"Is {PROPERTY} true (sys_properties.list), and is there a state in the address?"
    evidence = f"{PROPERTY} = true, sent without state"
    patterns = (r"missing state parameter in request\.?",)

    def arrange(self, bench: Bench) -> None:
        bench.records.set_property(PROPERTY, "true")
        bench.notes["state"] = ""

    def attempt(self, bench: Bench) -> str:
        bench.browser.open(f"{bench.target.emulator}/logout.do")
        asked = {
            "response_type": "code",
            "client_id": bench.notes["client_id"],
            "redirect_uri": bench.entity()["redirect_url"],
            **({"state": bench.notes["state"]} if bench.notes["state"] else {}),
        }
        return bench.browser.open(f"{bench.target.emulator}/oauth_auth.do?{urlencode(asked)}").text

    def look(self, bench: Bench) -> str:
        sent = "with" if bench.notes["state"] else "without"
        return f"{bench.records.property(PROPERTY)}, sent {sent} state"

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(("Have the client send a state that cannot be guessed.",), _send_state),
            Cure(
                (f"Set {PROPERTY} to false: only while a client that cannot be changed is replaced.",),
                lambda bench: bench.records.set_property(PROPERTY, "false"),
                name="property",
            ),
        )


def _send_state(bench: Bench) -> None:
    bench.notes["state"] = "4711"
