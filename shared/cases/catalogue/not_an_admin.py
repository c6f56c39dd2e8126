"""Somebody without the admin role opens the installation checklist."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure

PERSON, PASSWORD = "jo.example", "Personal-2020"


class NotAnAdmin(Case):
    title = "Whoever runs the checklist is not an administrator"
    source = "page"
    differs = "The person who is logged in to the instance lacks the role admin."
    steps = (
        "Log in to the instance as jo.example, password Personal-2020.",
        "Open the Installation Checklist.",
    )
    symptom = "Security constraints prevent access to requested page"
    cured = "OAuth entity"
    check = "User Administration > Users > the person, Roles: admin?"
    evidence = "roles of jo.example: itil"
    patterns = (r"security constraints prevent access to requested page", r"admin role")
    needs_connection = False

    def arrange(self, bench: Bench) -> None:
        person = {"user_name": PERSON, "password": PASSWORD, "name": "Jo Example", "roles": ["itil"]}
        bench.target.instance_lab.post("users", person)

    def attempt(self, bench: Bench) -> str:
        bench.customer.open_instance_as(PERSON, PASSWORD)
        return bench.browser.open(f"{bench.target.emulator}/x_mioms_m365ticket_installation_checklist.do").text

    def look(self, bench: Bench) -> str:
        given = bench.records.all("sys_user_has_role", f"user.user_name={PERSON}", fields="role.name")
        return f"roles of {PERSON}: {', '.join(sorted(each['role.name'] for each in given))}"

    @property
    def cures(self) -> Sequence[Cure]:
        return (Cure(("User Administration > Users > the person, Roles: add admin.",), _make_admin),)


def _make_admin(bench: Bench) -> None:
    user = bench.records.one("sys_user", f"user_name={PERSON}")["sys_id"]
    role = bench.records.one("sys_user_role", "name=admin")["sys_id"]
    bench.records.add("sys_user_has_role", user=user, role=role, state="active")
