"""The store wants HI credentials, and those given are wrong."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure
from ..customer import HI_PASSWORD

WRONG = "not-the-password"


class NoHiCredentials(Case):
    title = "The store does not accept the HI credentials"
    source = "page"
    differs = "The app is not installed, and whoever installs it has no valid HI credentials."
    steps = (
        "Log in to the instance as admin.",
        "System Applications > All Available Applications.",
        "Enter wrong HI credentials, and select Install.",
    )
    symptom = "The HI credentials are not accepted."
    cured = "The application was installed."
    check = "Do the credentials work at ServiceNow's customer service (HI)? They are not an account of the instance."
    evidence = "entered: wrong HI password"
    patterns = (r"hi credentials", r"\bHI (user|password)")
    needs_connection = False

    def arrange(self, bench: Bench) -> None:
        bench.customer.uninstall_app()
        bench.notes["hi_password"] = WRONG

    def attempt(self, bench: Bench) -> str:
        return bench.customer.install_app(bench.notes["hi_password"])

    def look(self, bench: Bench) -> str:
        return f"entered: {'wrong' if bench.notes['hi_password'] == WRONG else 'right'} HI password"

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                ("Ask for your company's admin HI credentials, and enter those (hi.admin in this lab).",),
                lambda bench: bench.notes.update(hi_password=HI_PASSWORD),
            ),
        )
