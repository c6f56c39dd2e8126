"""What the store offers. Versions are ours; only the change of wording between them is documented (platform 7.1)."""

from dataclasses import dataclass

from ..m365ticket.manifest import CHECKLIST_URL, CONNECTOR, SCOPE


@dataclass(frozen=True, slots=True)
class Version:
    number: str
    notes: str


@dataclass(frozen=True, slots=True)
class StoreApp:
    """One app, with its versions from the oldest to the newest."""

    scope: str
    name: str
    vendor: str
    summary: str
    needs: str
    """The first release it installs on (Prerequisites, D)."""
    first_page: str
    versions: tuple[Version, ...]

    @property
    def newest(self) -> str:
        return self.versions[-1].number

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(each.number for each in self.versions)

    def later_than(self, number: str) -> tuple[str, ...]:
        """The versions that an installed one can be upgraded to; none for one that the store does not know."""
        return self.numbers[self.numbers.index(number) + 1 :] if number in self.numbers else ()


CATALOGUE = (
    StoreApp(
        scope=SCOPE,
        name=CONNECTOR,
        vendor="Microsoft",
        summary="Turns improvement actions of the Microsoft 365 security center into incidents and changes.",
        needs="kingston",
        first_page=CHECKLIST_URL,
        versions=(
            Version("1.0.3", "First preview."),
            Version("1.1.0", "Refusals say because of instead of due to the table's cross-scope access policy."),
        ),
    ),
)


def app_of_scope(scope: str) -> StoreApp | None:
    return next((each for each in CATALOGUE if each.scope == scope), None)
