"""What differs from release to release, in one table; nothing else in the instance knows a release by name.

The names are ServiceNow's families from Jakarta to Australia. The build names of Kingston and Australia are recorded
(rest 10 and 11, C); the others follow the same pattern (G).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..shared.errors import RefusedToStart

MADRID_DEFAULTS = {
    "glide.oauth.state.parameter.required": "true",
    "glide.oauth.allow.parameters.in.post.body.only": "true",
}
"""Set on an instance first built on Madrid or later (platform 1.1 and 1.3, D)."""

AUSTRALIA_DEFAULTS = {
    "glide.authenticate.basic_auth.restriction.enforce": "true",
    "glide.authenticate.basic_auth.allowed_roles": "snc_basic_auth_api_access",
}
"""Basic authentication on APIs is kept for the holders of one role (platform 2.2, C)."""

NOT_AUTHENTICATED = "User Not Authenticated"
NOT_AUTHENTICATED_NEWER = "User is not authenticated"


@dataclass(frozen=True, slots=True)
class Release:
    """One family: its place in the sequence, its build and the properties a new instance has."""

    name: str
    label: str
    place: int
    built: str
    """The date in the build's name, MM-DD-YYYY."""
    patch: str
    properties: Mapping[str, str] = field(default_factory=dict)
    not_authenticated: str = NOT_AUTHENTICATED
    """The message of a 401 (platform 4.2, F; the newer wording C)."""

    def is_at_least(self, name: str) -> bool:
        """Whether this release is ``name`` or a later one."""
        return self.place >= release_named(name).place

    @property
    def build_tag(self) -> str:
        """The value of ``glide.buildtag`` (rest 11)."""
        return f"glide-{self.name}-{self.built}__{self.patch}"

    @property
    def war(self) -> str:
        """The value of ``glide.war``, from which clients read the release (rest 10, C)."""
        return f"{self.build_tag}.zip"

    @property
    def default_properties(self) -> Mapping[str, str]:
        """The system properties that a new instance of this release has because of the release."""
        return {
            "glide.war": self.war,
            "glide.buildtag": self.build_tag,
            "glide.product.version": self.label,
            "glide.product.description": f"{self.label} {self.patch.partition('-')[0]}",
            **self.properties,
        }


_FAMILIES = (
    ("jakarta", "Jakarta", "05-03-2017", "patch3-08-16-2017"),
    ("kingston", "Kingston", "10-17-2017", "patch3-02-14-2018"),
    ("london", "London", "06-27-2018", "patch3-10-17-2018"),
    ("madrid", "Madrid", "12-18-2018", "patch3-05-01-2019"),
    ("newyork", "New York", "06-26-2019", "patch3-10-16-2019"),
    ("orlando", "Orlando", "12-11-2019", "patch3-04-29-2020"),
    ("paris", "Paris", "06-24-2020", "patch3-10-28-2020"),
    ("quebec", "Quebec", "12-09-2020", "patch3-04-28-2021"),
    ("rome", "Rome", "06-23-2021", "patch3-10-27-2021"),
    ("sandiego", "San Diego", "12-22-2021", "patch3-04-27-2022"),
    ("tokyo", "Tokyo", "07-08-2022", "patch3-10-26-2022"),
    ("utah", "Utah", "12-21-2022", "patch3-04-26-2023"),
    ("vancouver", "Vancouver", "07-06-2023", "patch3-10-25-2023"),
    ("washingtondc", "Washington DC", "12-20-2023", "patch3-04-24-2024"),
    ("xanadu", "Xanadu", "07-02-2024", "patch3-10-30-2024"),
    ("yokohama", "Yokohama", "12-18-2024", "patch3-04-30-2025"),
    ("zurich", "Zurich", "07-01-2025", "patch3-10-29-2025"),
    ("australia", "Australia", "02-11-2026", "patch3-05-25-2026"),
)
_PLACES = {name: place for place, (name, *_rest) in enumerate(_FAMILIES)}


def _release(place: int, name: str, label: str, built: str, patch: str) -> Release:
    properties: dict[str, str] = {}
    if place >= _PLACES["madrid"]:
        properties |= MADRID_DEFAULTS
    if place >= _PLACES["australia"]:
        properties |= AUSTRALIA_DEFAULTS
    message = NOT_AUTHENTICATED_NEWER if place >= _PLACES["australia"] else NOT_AUTHENTICATED
    return Release(name, label, place, built, patch, properties, message)


RELEASES: Mapping[str, Release] = {row[0]: _release(place, *row) for place, row in enumerate(_FAMILIES)}


def release_named(name: str) -> Release:
    """Return the release called ``name``, however it is written: ``orlando``, ``Orlando``, ``New York``.

    Raises RefusedToStart for an unknown one.
    """
    found = RELEASES.get(name.replace(" ", "").replace("_", "").replace("-", "").lower())
    if found is None:
        raise RefusedToStart(f"Unknown release {name!r}", f"Choose one of {', '.join(RELEASES)}.")
    return found


def release_of_build(tag: str, otherwise: str) -> Release:
    """The release that a build's name (``glide.buildtag``) tells, which an upgrade changes; ``otherwise`` by name."""
    family = tag.removeprefix("glide-").partition("-")[0]
    return RELEASES.get(family) or release_named(otherwise)
