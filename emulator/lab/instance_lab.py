"""What the instance lets its lab do."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from importlib.metadata import version

from sqlalchemy import Engine, delete, select

from ...shared.clock import ClockSetting
from ...shared.database import reading, writing
from ...shared.lab_state import change_clock, read_clock
from ...shared.place import Image
from ...shared.web.lab import Account, Link, Pair, Reset, StartPage, Step
from ..database import LabBase
from ..identity.keys import InstanceKey
from ..identity.sessions import UserSession
from ..records.attachments import Attachments
from ..records.gate import Gate
from ..seed import fit, seed_image, write_addresses, write_tables
from ..settings import Settings
from ..sso.registration import write_registration
from .pinned_image import PinnedImage

SEED = "seed"
"""What the seed image is called where what it names is kept."""

CHECKLIST = "/nav_to.do?uri=%2Fx_mioms_m365ticket_installation_checklist.do"
APPLICATION_REGISTRY = "/nav_to.do?uri=%2Foauth_entity_list.do"
USERS = "/nav_to.do?uri=%2Fsys_user_list.do"
TICKETS = "/nav_to.do?uri=%2Fx_mioms_m365ticket_change_request_list.do"


class InstanceLab:
    """Health, clock, reset and start page of one instance."""

    def __init__(
        self, settings: Settings, gate: Gate, lab_engine: Engine, key: InstanceKey, attachments: Attachments
    ) -> None:
        self._settings = settings
        self._gate = gate
        self._store = gate.store
        self._lab_engine = lab_engine
        self._attachments = attachments
        self.own_url = settings.url
        self.key = settings.lab_key
        self._fitting: Sequence[Callable[[], bool]] = (
            lambda: fit(gate.store, gate.schema),
            lambda: write_tables(gate),
            lambda: write_addresses(gate, settings),
            lambda: write_registration(gate, key, settings),
        )
        """What brings a restored image into line with this start."""
        self._fits: tuple[Hashable, ClockSetting] | None = None
        """The image that was restored last, by its stamp, if it needed nothing: it will need nothing again, and its
        clock is set as it was then."""

    def facts(self) -> Mapping[str, object]:
        with self._store.reading() as connection:
            self._store.version(connection)
        return {
            "product": "instance",
            "version": version("ticketlab"),
            "name": self._settings.name,
            "release": self._settings.release,
            "tls_url": self._settings.tls_url or None,
        }

    def read_clock(self) -> ClockSetting:
        with self._store.reading() as connection:
            return read_clock(connection)

    def change_clock(self, change: Callable[[ClockSetting], ClockSetting]) -> ClockSetting:
        with self._store.writing() as connection:
            return change_clock(connection, change)

    def reset(self) -> Reset:
        """Return to the seed image. Nobody stays signed in, and what this start was told of addresses holds again.

        The image brings its version along, and with it whatever a process has compiled of that version.
        """
        image = seed_image(self._settings, self._store.engine)
        clock = self._become(image, *self._fitting, self._end_sessions)
        self._remove_notes()
        return Reset(self._settings.seed, clock)

    def keep(self) -> None:
        PinnedImage(seed_image(self._settings, self._store.engine), SEED, self._attachments).save()

    def pair(self) -> Pair:
        return Pair(self._settings.url.rstrip("/"), self._settings.tenant_url.rstrip("/"), self._settings.data)

    def snapshot(self, name: str) -> Image:
        file = self._settings.data / "snapshots" / f"emulator-{name}.db"
        image = self._settings.records_place.image(self._store.engine, file, f"snapshot:{name}")
        return PinnedImage(image, f"snapshot-{name}", self._attachments)

    def restore(self, snapshot: Image) -> None:
        """Become what it was, sessions and clock included; what this start was told of addresses holds on."""
        self._become(snapshot, *self._fitting)

    def _become(self, image: Image, *steps: Callable[[], bool]) -> ClockSetting:
        """Restore the image and take the steps, each of which says whether it had to write anything.

        Returns how the clock is set in it.
        """
        stamp, fits = image.stamp(), self._fits
        image.restore()
        if stamp is not None and fits is not None and fits[0] == stamp:
            return fits[1]
        written = [step() for step in steps]
        clock = self.read_clock()
        self._fits = None if any(written) else (stamp, clock)
        return clock

    def _remove_notes(self) -> None:
        """Empty the lab's own tables. Most tests leave nothing in them, and a look costs a third of a write."""
        tables = list(reversed(LabBase.metadata.sorted_tables))
        with reading(self._lab_engine) as connection:
            used = connection.execute(select(*(select(table).exists() for table in tables))).one()
        if any(used):
            with writing(self._lab_engine) as connection:
                for table in tables:
                    connection.execute(table.delete())

    def _end_sessions(self) -> bool:
        with self._store.writing() as connection:
            return connection.execute(delete(UserSession)).rowcount > 0

    def start_page(self) -> StartPage:
        tenant = self._settings.tenant_url.rstrip("/")
        return StartPage(
            title=f"The instance {self._settings.name}",
            introduction="This is the ServiceNow side: set the connector up here, then let the security center use it.",
            steps=self._steps(tenant),
            links=(
                Link("ServiceNow", "/"),
                Link("Application Registry", APPLICATION_REGISTRY),
                Link("Users", USERS),
                Link("Refused and altered requests", "/lab/decisions"),
                Link("What may X do?", "/lab/explain"),
                Link("Troubleshooting cases", "/lab/cases"),
                Link("Health", "/lab/health"),
            ),
            accounts=self._accounts(),
            other_lab=Link("The lab of the tenant", f"{tenant}/lab"),
        )

    @staticmethod
    def _steps(tenant: str) -> tuple[Step, ...]:
        return (
            Step(
                "Log in as admin and run the Installation Checklist: step 1 makes the OAuth entity, step 2 the "
                "integration user. Copy the client ID and the client secret.",
                Link("Installation Checklist", CHECKLIST),
            ),
            Step(
                "In the security center, sign in as a security administrator, enter the instance name, client ID and "
                "client secret, and choose Authorize.",
                Link("Set up the connection", f"{tenant}/ticketProvisioning"),
            ),
            Step(
                "The consent page of this instance asks whether the connector may use your account. Choose Not You, "
                "log in as the integration user, and choose Allow."
            ),
            Step(
                "Share an improvement action with ServiceNow.",
                Link("Improvement actions", f"{tenant}/securescore?tab=actions"),
            ),
            Step("Find the ticket here, open it and change its state.", Link("Tickets", TICKETS)),
            Step("See the new state on the security center's home page.", Link("Security center", f"{tenant}/")),
        )

    def _accounts(self) -> tuple[Account, ...]:
        if self._settings.seed == "empty":
            return ()
        return (
            Account("admin", "admin", "System Administrator of this instance"),
            Account(
                self._settings.hi_user,
                self._settings.hi_password.reveal(),
                "HI credentials, for installing an app from the store; not a user of this instance",
            ),
        )
