"""The tenant's directory: people, their roles, their sessions and access tokens, and registered applications."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import Base


class Role(StrEnum):
    GLOBAL_ADMINISTRATOR = "Global Administrator"
    SECURITY_ADMINISTRATOR = "Security Administrator"
    SECURITY_READER = "Security Reader"


MAY_SHARE = frozenset({Role.GLOBAL_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR})
"""Who may connect to ServiceNow and share with it; a reader sees and cannot (security-center, A)."""


class DirectoryUser(Base):
    __tablename__ = "directory_user"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    upn: Mapped[str] = mapped_column(String(254), unique=True)
    """User principal name, in lower case."""
    name: Mapped[str] = mapped_column(String(120))
    mail: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(Text)
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    roles: Mapped[list["RoleMember"]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class RoleMember(Base):
    __tablename__ = "directory_role_member"

    user_id: Mapped[str] = mapped_column(ForeignKey("directory_user.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(60), primary_key=True)


class AppRegistration(Base):
    """A program that asks the tenant for tokens in its own name."""

    __tablename__ = "app_registration"

    client_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    secret_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of a random secret."""
    role: Mapped[str] = mapped_column(String(60))
    """What it may do in its own name; empty: nothing."""
    redirect_uri: Mapped[str] = mapped_column(String(300), default="", server_default="")
    """Where people are sent back to after signing in for it; empty: it lets nobody sign in."""


class BrowserSession(Base):
    """A browser in which somebody is signed in; the cookie holds the id, the database only its hash."""

    __tablename__ = "browser_session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("directory_user.id", ondelete="CASCADE"), index=True)
    data: Mapped[str] = mapped_column(Text, default="{}")
    """What views keep in the session, as JSON."""
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When it was last busy, exact to half a minute."""


class AccessToken(Base):
    """A bearer token of the tenant's API; only its hash is kept."""

    __tablename__ = "access_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("directory_user.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("app_registration.client_id", ondelete="CASCADE"))
    scope: Mapped[str] = mapped_column(String(100), default="", server_default="")
    """Empty: the tenant's API. Else who somebody is, for an application they signed in to, and nothing more."""
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
