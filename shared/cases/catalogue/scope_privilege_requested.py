"""Runtime Access Tracking is Enforcing, and nobody has allowed what the app asked for."""

from collections.abc import Sequence

from ..bench import Bench
from ..case import Case, Cure

APP = "scope=x_mioms_m365ticket"
PRIVILEGES = "source_scope.scope=x_mioms_m365ticket"


class ScopePrivilegeRequested(Case):
    title = "The app's cross-scope privilege is still Requested"
    source = "platform 3, D"
    differs = "System Applications > the app: Runtime Access Tracking is Enforcing; no privilege is Allowed."
    steps = (
        "Log in to the instance as admin.",
        "Open the Installation Checklist.",
        "Step 1: Create OAuth entity; if one exists already, under Create another one.",
    )
    symptom = "must declare a cross scope access privilege"
    cured = "Step 1 is complete: the OAuth entity was created."
    check = "System Applications > Application Cross-Scope Access: the status of the app's privileges."
    evidence = "oauth_entity: requested"
    patterns = (r"cross[ -]scope access privilege", r"was denied\. the application .{1,80} must declare")
    needs_connection = False

    def arrange(self, bench: Bench) -> None:
        bench.records.set("sys_scope", APP, runtime_access_tracking="enforcing")

    def attempt(self, bench: Bench) -> str:
        return bench.customer.do_step_one()

    def look(self, bench: Bench) -> str:
        found = bench.records.all("sys_scope_privilege", PRIVILEGES)
        return ", ".join(f"{each['operation']} {each['target_name']}: {each['status']}" for each in found) or "none"

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "System Applications > Application Cross-Scope Access: set what the app has requested to Allowed.",
                    "Do the step again; it may request the next privilege. Repeat until the step is complete.",
                ),
                _allow_what_is_requested,
            ),
            Cure(
                ("System Applications > the app: set Runtime Access Tracking to Tracking.",),
                _track_only,
                name="tracking",
            ),
        )


def _allow_what_is_requested(bench: Bench) -> None:
    for _ in range(20):
        waiting = bench.records.all("sys_scope_privilege", f"{PRIVILEGES}^status=requested")
        if not waiting:
            return
        for each in waiting:
            bench.records.set("sys_scope_privilege", f"sys_id={each['sys_id']}", status="allowed")
        bench.customer.do_step_one()


def _track_only(bench: Bench) -> None:
    bench.records.set("sys_scope", APP, runtime_access_tracking="permissive")
    bench.records.remove("sys_scope_privilege", f"{PRIVILEGES}^status=requested")
