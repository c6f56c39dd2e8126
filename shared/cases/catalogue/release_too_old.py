"""The app is to be installed on an instance that is older than Kingston."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure

BUILD = "glide.buildtag"
JAKARTA = "glide-jakarta-05-03-2017__patch3-08-16-2017"
KINGSTON = "glide-kingston-10-17-2017__patch3-02-14-2018"


class ReleaseTooOld(Case):
    title = "The instance is older than Kingston, so the app cannot be installed"
    source = "page"
    differs = f"The instance's build ({BUILD}) is of Jakarta, and the app is not installed."
    steps = (
        "Log in to the instance as admin.",
        "System Applications > All Available Applications.",
        "Enter the HI credentials, and select Install.",
    )
    symptom = "requires Kingston or later. This instance runs Jakarta."
    cured = "The application was installed."
    check = f"The release of the instance: stats.do, or {BUILD} in sys_properties.list."
    evidence = "glide-jakarta"
    patterns = (r"requires kingston or later", r"this instance runs \w+")
    needs_connection = False

    def arrange(self, bench: Bench) -> None:
        bench.customer.uninstall_app()
        bench.records.set_property(BUILD, JAKARTA)

    def attempt(self, bench: Bench) -> str:
        return bench.customer.install_app()

    def look(self, bench: Bench) -> str:
        return bench.records.property(BUILD)

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                ("Upgrade the instance to Kingston or later, and install again.",),
                lambda bench: bench.records.set_property(BUILD, KINGSTON),
            ),
        )
