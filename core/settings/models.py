"""Secret settings: sealed, each in a row of its organisation."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import TenantModel
from core.database.tenant_tables import tenant_unique


class SecretSetting(TenantModel):
    """One secret value of an organisation. Without the root key in the key ring nobody can read `sealed`."""

    __tablename__ = "secret_setting"
    __table_args__ = (tenant_unique("plugin", "name"),)

    plugin: Mapped[str] = mapped_column(String(31))
    name: Mapped[str] = mapped_column(String(80))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
