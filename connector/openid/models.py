"""Authorization codes of the OpenID provider."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base


class AuthorizationCode(Base):
    """A code on its way through somebody's browser; only its hash is kept, and it is taken once."""

    __tablename__ = "authorization_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("app_registration.client_id", ondelete="CASCADE"))
    user_id: Mapped[str] = mapped_column(ForeignKey("directory_user.id", ondelete="CASCADE"))
    redirect_uri: Mapped[str] = mapped_column(String(300))
    scope: Mapped[str] = mapped_column(String(100))
    nonce: Mapped[str] = mapped_column(String(255))
    code_challenge: Mapped[str] = mapped_column(String(128))
    signed_in_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
