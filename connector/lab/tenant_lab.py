"""What the tenant lets its lab do."""

from collections.abc import Callable, Mapping
from importlib.metadata import version

from flask_babel import gettext as _
from sqlalchemy import Engine, text

from ...shared.clock import ClockSetting
from ...shared.database import reading, writing
from ...shared.lab_state import change_clock
from ...shared.place import Image
from ...shared.web.lab import Account, Link, Pair, Reset, StartPage, Step
from ..database import stored_clock
from ..directory.seed import PEOPLE
from ..openid import Registrations
from ..settings import Settings
from ..start import seed_image

DEMO_PASSWORD = "ticketlab"  # noqa: S105 - it is printed on the start page


class TenantLab:
    def __init__(self, settings: Settings, engine: Engine, migrate: Callable[[], None]) -> None:
        self._settings = settings
        self._engine = engine
        self._migrate = migrate
        self.own_url = settings.url
        self.key = settings.lab_key

    def facts(self) -> Mapping[str, object]:
        with reading(self._engine) as connection:
            connection.execute(text("SELECT version_num FROM alembic_version")).one()
        return {
            "product": "tenant",
            "version": version("ticketlab"),
            "name": self._settings.tenant,
            "calls_from": self._settings.source_address or None,
        }

    def read_clock(self) -> ClockSetting:
        return stored_clock(self._engine)

    def change_clock(self, change: Callable[[ClockSetting], ClockSetting]) -> ClockSetting:
        with writing(self._engine) as connection:
            return change_clock(connection, change)

    def reset(self) -> Reset:
        self.restore(seed_image(self._settings, self._engine))
        Registrations(self._engine).write(self._settings)
        return Reset(self._settings.seed, self.read_clock())

    def keep(self) -> None:
        seed_image(self._settings, self._engine).save()

    def pair(self) -> Pair:
        """The first instance is the one that was started with this tenant."""
        emulator = next(iter(self._settings.instances.values()), "")
        return Pair(emulator.rstrip("/"), self._settings.url.rstrip("/"), self._settings.data)

    def snapshot(self, name: str) -> Image:
        file = self._settings.data / "snapshots" / f"connector-{name}.db"
        return self._settings.place.image(self._engine, file, f"snapshot:{name}")

    def restore(self, snapshot: Image) -> None:
        """Become what it was; an image that an older version made is brought up to date."""
        snapshot.restore()
        self._migrate()

    def start_page(self) -> StartPage:
        return StartPage(
            title=_("The tenant %(tenant)s", tenant=self._settings.tenant),
            introduction=_(
                "This is the Microsoft 365 side: sign in to the security center, connect it to the ServiceNow "
                "instance, and share an improvement action as a ticket."
            ),
            steps=self._steps(),
            links=self._links(),
            accounts=self._accounts(),
            other_lab=self._other_lab(),
        )

    def _steps(self) -> tuple[Step, ...]:
        instance = next(iter(self._settings.instances.items()), None)
        checklist = "/x_mioms_m365ticket_installation_checklist.do"
        return (
            Step(
                _("In ServiceNow, run the installation checklist: it makes the OAuth entity and the integration user."),
                Link(_("Installation Checklist"), instance[1] + checklist) if instance else None,
            ),
            Step(
                _("Here, enter the instance name, the client ID and the client secret, and select Authorize."),
                Link(_("Set up the connection"), "/ticketProvisioning"),
            ),
            Step(
                _("On ServiceNow's page, choose Not You, log in as the integration user, and Allow."),
            ),
            Step(
                _("Open an improvement action and share it with ServiceNow."),
                Link(_("Improvement actions"), "/securescore?tab=actions"),
            ),
            Step(
                _("Change the ticket's state in ServiceNow and see it on the home page's card."),
                Link(_("Home page"), "/"),
            ),
        )

    def _links(self) -> tuple[Link, ...]:
        here = [
            Link(_("Security center"), "/"),
            Link(_("Connection to ServiceNow"), "/ticketProvisioning"),
            Link(_("Troubleshooting cases"), "/lab/cases"),
            Link(_("Health"), "/lab/health"),
        ]
        instances = [
            Link(_("ServiceNow, the instance %(name)s", name=name), url)
            for name, url in self._settings.instances.items()
        ]
        return (*here, *instances)

    def _accounts(self) -> tuple[Account, ...]:
        if self._settings.seed == "empty":
            return ()
        return tuple(
            Account(f"{local_part}@{self._settings.domain}", DEMO_PASSWORD, str(role.value))
            for local_part, _name, role in PEOPLE
        )

    def _other_lab(self) -> Link | None:
        for name, url in self._settings.instances.items():
            return Link(_("The lab of the instance %(name)s", name=name), f"{url}/lab")
        return None
