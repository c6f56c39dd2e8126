"""Allow was pressed while the browser held a personal ServiceNow session."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure

PERSON, PASSWORD = "jo.example", "Personal-2020"


class SignedInAsYourself(Case):
    title = "Connected with a personal account instead of the integration user"
    source = "page"
    differs = "The browser is logged in to ServiceNow as a person when the consent page opens."
    steps = (
        "Log in to the instance with your own account (jo.example, password Personal-2020).",
        "In the security center, open /ticketProvisioning and select Authorize.",
        "Select Allow, without Not You.",
        "Look at the connection's status.",
    )
    symptom = "The connection was authorized by jo.example, not by the integration user m365.case"
    cured = "Connected as m365.case"
    check = "The status in the security center, or step 3 of the checklist: as whom is it connected?"
    evidence = "connected_as jo.example"
    patterns = (r"connected as the wrong user", r"authorized by .{1,60} not by the integration user")

    def arrange(self, bench: Bench) -> None:
        """A person with a personal account; nobody has authorised the connection yet."""
        person = {"user_name": PERSON, "password": PASSWORD, "name": "Jo Example", "roles": ["itil"]}
        bench.target.instance_lab.post("users", person)
        bench.provision_anew()

    def attempt(self, bench: Bench) -> str:
        if bench.connection["status"] == "connected":
            return bench.customer.status()
        bench.customer.open_instance_as(PERSON, PASSWORD)
        return bench.customer.authorize(not_you=False).text

    def look(self, bench: Bench) -> str:
        found = bench.connection
        return f"connected_as {found['connected_as']}, expected_user {found['expected_user']}"

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "On /ticketProvisioning select Authorize again.",
                    "On ServiceNow's page choose Not You, upper right.",
                    "Log in as the integration user, and select Allow.",
                ),
                lambda bench: bench.customer.authorize_again(),
            ),
        )
