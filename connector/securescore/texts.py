"""The words for Secure Score's values, translated when they are shown."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from .models import ActionStatus

STATUSES: Mapping[str, LazyString] = {
    ActionStatus.TO_ADDRESS: _("To address"),
    ActionStatus.PLANNED: _("Planned"),
    ActionStatus.RISK_ACCEPTED: _("Risk accepted"),
    ActionStatus.THIRD_PARTY: _("Resolved through third party"),
    ActionStatus.ALTERNATE_MITIGATION: _("Resolved through alternate mitigation"),
    ActionStatus.COMPLETED: _("Completed"),
}

CATEGORIES: Mapping[str, LazyString] = {
    "Identity": _("Identity"),
    "Data": _("Data"),
    "Device": _("Device"),
    "Apps": _("Apps"),
    "Infrastructure": _("Infrastructure"),
}

SERVICES: Mapping[str, LazyString] = {
    "AzureAD": _("Azure Active Directory"),
    "EXO": _("Exchange Online"),
    "MDO": _("Defender for Office 365"),
    "MIP": _("Information Protection"),
    "SPO": _("SharePoint Online"),
    "MicrosoftTeams": _("Microsoft Teams"),
    "MCAS": _("Cloud App Security"),
    "MDATP": _("Defender for Endpoint"),
}

THREATS: Mapping[str, LazyString] = {
    "accountBreach": _("Account breach"),
    "dataDeletion": _("Data deletion"),
    "dataExfiltration": _("Data exfiltration"),
    "dataSpillage": _("Data spillage"),
    "elevationOfPrivilege": _("Elevation of privilege"),
    "maliciousInsider": _("Malicious insider"),
    "passwordCracking": _("Password cracking"),
    "phishingOrWhaling": _("Phishing or whaling"),
    "spoofing": _("Spoofing"),
}

TIERS: Mapping[str, LazyString] = {
    "Core": _("Core"),
    "Defense in Depth": _("Defense in depth"),
    "Advanced": _("Advanced"),
}

LEVELS: Mapping[str, LazyString] = {"low": _("Low"), "moderate": _("Moderate"), "high": _("High")}

COMPARISONS: Mapping[str, LazyString] = {
    "AllTenants": _("All organizations"),
    "TotalSeats": _("Organizations of a similar size"),
    "IndustryTypes": _("Organizations of the same industry"),
}

ORDERS: Mapping[str, LazyString] = {"rank": _("Rank"), "points": _("Points left"), "name": _("Name")}

GROUPS: Mapping[str, LazyString] = {"category": _("Category"), "service": _("Product"), "status": _("Status")}
