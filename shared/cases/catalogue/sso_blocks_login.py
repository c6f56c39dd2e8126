"""Single sign-on stands between the connector and its integration user."""

from collections.abc import Sequence

from ...clients.apis import TENANT_PASSWORD
from ..bench import Bench
from ..case import Case, Cure
from ..pair import INTEGRATION_USER

REDIRECT = "glide.authenticate.sso.redirect.idp"
DIRECTORY = "Azure Active Directory"


class SsoBlocksLogin(Case):
    title = "Single sign-on refuses the signed-in person, and offers no other login"
    source = "page"
    differs = (
        "Multi-Provider SSO redirects every login of the instance to the directory, and who is signed in there has "
        "no account on the instance."
    )
    steps = (
        "Sign in to the security center as secadmin, and open /ticketProvisioning.",
        "Select Authorize.",
    )
    symptom = "Login unsuccessful"
    cured = "Connected as m365.case"
    check = f"Multi-Provider SSO > Identity Providers, and {REDIRECT}: is every login redirected? To whose account?"
    evidence = f"{REDIRECT} leads to {DIRECTORY}"
    patterns = (r"login unsuccessful", r"single sign-on did not lead to a user", r"\bsso\b")
    lasting = True

    def arrange(self, bench: Bench) -> None:
        bench.provision_anew()
        switch = {"enabled": True, "redirect": True, "match_field": "email"}
        bench.target.instance_lab.post("single-sign-on", switch)

    def attempt(self, bench: Bench) -> str:
        if bench.connection["status"] == "connected":
            return bench.customer.status()
        bench.browser.open(f"{bench.target.emulator}/logout.do")
        return bench.customer.authorize(not_you=False).text

    def look(self, bench: Bench) -> str:
        found = bench.records.all("sys_properties", f"name={REDIRECT}", fields="value")
        provider = found[0]["value"] if found else ""
        name = bench.records.one("sso_properties", f"sys_id={provider}")["name"] if provider else "nobody"
        return f"{REDIRECT} leads to {name}"

    @property
    def cures(self) -> Sequence[Cure]:
        return (
            Cure(
                (
                    "On that page, choose Not You.",
                    "Log in with the integration user's login and password, on the instance's own login page.",
                    "Select Allow.",
                ),
                lambda bench: bench.customer.authorize_again(),
            ),
            Cure(
                (
                    (
                        "Sign in as globaladmin: Azure Active Directory > New user, with the integration user's name "
                        "and e-mail and the role Security Administrator."
                    ),
                    "Sign in to the security center as that user, open /ticketProvisioning, Authorize, Allow.",
                    "Take the role away again: the connection lives on.",
                ),
                _connect_as_a_directory_user,
                name="directory-user",
            ),
        )


def _connect_as_a_directory_user(bench: Bench) -> None:
    administrator = bench.tenant("globaladmin")
    person = {
        "name": "Microsoft 365 integration",
        "upn": f"{INTEGRATION_USER}@{bench.connector.tenant}.onmicrosoft.com",
        "mail": f"{INTEGRATION_USER}@example.com",
        "password": TENANT_PASSWORD,
        "roles": ["Security Administrator"],
    }
    made = administrator.post("users", person)
    bench.person(INTEGRATION_USER).authorize(not_you=False).expect("Connected as")
    administrator.patch(f"users/{made['id']}", {"roles": []})
