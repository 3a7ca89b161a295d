"""Every environment variable of the project, read and checked in this one place.

docs/settings.md describes them for people. A file `.env` in the project folder may hold them
too; what the environment says wins over it.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Extra, Field, ValidationError, validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parents[1]

_PORT = "write a port number, 1 to 65535"
_URL = "write an address that starts with http:// or https://"
_OIDC = ("STAFF_OIDC_ISSUER", "STAFF_OIDC_CLIENT", "STAFF_OIDC_SECRET")


class SettingsError(Exception):
    """Settings can't be used. One line for each: the variable, what is wrong, the mend."""


class Settings(BaseModel):
    """The settings of one process. A field's alias is its variable, its mend is for errors."""

    env: Literal["development", "production"] = Field(
        "development", alias="FOYER_ENV", mend="write development or production"
    )
    env_file: Path = Field(ROOT / ".env", alias="FOYER_ENV_FILE", mend="write the path of a file")
    var: Path = Field(ROOT / "var", alias="FOYER_VAR", mend="write the path of a folder")
    database_url: str = Field(
        "",
        alias="DATABASE_URL",
        repr=False,
        mend="write sqlite:///path/to/file.db or postgresql://user:password@host/name",
    )
    encryption_keys: tuple[str, ...] = Field(
        (),
        alias="FOYER_ENCRYPTION_KEYS",
        repr=False,
        mend="write Fernet keys, newest first, with commas between",
    )
    demo: bool = Field(None, alias="FOYER_DEMO", mend="write true or false")
    web_host: str = Field("127.0.0.1", alias="WEB_HOST", mend="write an address to listen on")
    web_port: int = Field(8000, alias="WEB_PORT", ge=1, le=65535, mend=_PORT)
    web_trusted_proxies: tuple[str, ...] = Field(
        ("127.0.0.1",),
        alias="WEB_TRUSTED_PROXIES",
        mend="write addresses or networks such as 172.16.0.0/12, with commas between",
    )
    rasa_port: int = Field(5005, alias="RASA_PORT", ge=1, le=65535, mend=_PORT)
    actions_port: int = Field(5055, alias="ACTIONS_PORT", ge=1, le=65535, mend=_PORT)
    rasa_url: str = Field("", alias="RASA_URL", regex="^https?://.", mend=_URL)
    actions_url: str = Field("", alias="ACTIONS_URL", regex="^https?://.", mend=_URL)
    chat_origins: tuple[str, ...] = Field(
        (),
        alias="CHAT_ORIGINS",
        mend="write origins such as https://www.example.nhs.uk, with commas between",
    )
    chat_hours: int = Field(24, alias="CHAT_HOURS", ge=1, le=720, mend="write hours, 1 to 720")
    chat_answer_seconds: float = Field(
        6, alias="CHAT_ANSWER_SECONDS", gt=0, le=30, mend="write seconds, up to 30"
    )
    chat_greeting_seconds: float = Field(
        1.5, alias="CHAT_GREETING_SECONDS", gt=0, le=30, mend="write seconds, up to 30"
    )
    chat_crisis_seconds: float = Field(
        1.2, alias="CHAT_CRISIS_SECONDS", gt=0, le=1.5, mend="write seconds, up to 1.5"
    )
    chat_message_length: int = Field(
        4000, alias="CHAT_MESSAGE_LENGTH", ge=200, le=10_000, mend="write characters, 200 to 10000"
    )
    chat_messages_a_minute: int = Field(
        60, alias="CHAT_MESSAGES_A_MINUTE", ge=1, mend="write a number from 1 on"
    )
    chat_new_an_hour: int = Field(
        200, alias="CHAT_NEW_AN_HOUR", ge=1, mend="write a number from 1 on"
    )
    chat_at_once: int = Field(20, alias="CHAT_AT_ONCE", ge=1, mend="write a number from 1 on")
    public_url: str = Field("", alias="PUBLIC_URL", regex="^(https?://.|$)", mend=_URL)
    smtp_url: str = Field(
        "",
        alias="SMTP_URL",
        regex="^(smtps?://[^/]|$)",
        repr=False,
        mend="write smtp://user:password@host:587 or smtps://user:password@host:465",
    )
    mail_from: str = Field(
        "", alias="MAIL_FROM", regex="^([^@]+@[^@]+|$)", mend="write the address mail comes from"
    )
    staff_email: str = Field(
        "",
        alias="STAFF_EMAIL",
        regex="^([^@]+@[^@]+|$)",
        mend="write the address of whoever looks after flags without a service",
    )
    webhook_secret: str = Field(
        "",
        alias="WEBHOOK_SECRET",
        repr=False,
        regex="^(.{24,}|$)",
        mend="write a random secret of 24 letters or more",
    )
    texts_url: str = Field("", alias="TEXTS_URL", regex="^(https?://.|$)", mend=_URL)
    fhir_keys: Path = Field(
        ROOT / "var" / "fhir", alias="FHIR_KEYS", mend="write the path of a folder"
    )
    staff_oidc_issuer: str = Field(
        "", alias="STAFF_OIDC_ISSUER", regex="^(https?://.|$)", mend=_URL
    )
    staff_oidc_client: str = Field(
        "", alias="STAFF_OIDC_CLIENT", mend="write the client id that the organisation gave"
    )
    staff_oidc_secret: str = Field(
        "",
        alias="STAFF_OIDC_SECRET",
        repr=False,
        mend="write the client secret that the organisation gave",
    )
    staff_oidc_acr: tuple[str, ...] = Field(
        (), alias="STAFF_OIDC_ACR", mend="write values of acr, with commas between"
    )
    staff_oidc_amr: tuple[str, ...] = Field(
        (), alias="STAFF_OIDC_AMR", mend="write values of amr, with commas between"
    )
    staff_oidc_trusts_email: bool = Field(
        False, alias="STAFF_OIDC_TRUSTS_EMAIL", mend="write true or false"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", alias="LOG_LEVEL", mend="write DEBUG, INFO, WARNING or ERROR"
    )

    class Config:
        extra = Extra.forbid
        frozen = True

    @property
    def development_key_path(self) -> Path:
        """Where the key of a development copy is kept."""
        return self.var / "development.key"

    @property
    def staff_oidc_return(self) -> str:
        """Where the organisation's sign-in page sends staff back to."""
        return f"{self.public_url}/staff/organisation/return"

    @validator("var", "env_file", "fhir_keys")
    def _absolute(cls, path: Path) -> Path:
        return ROOT / path

    @validator("database_url", always=True)
    def _one_database(cls, url: str, values: dict[str, Any]) -> str:
        if not url:
            return f"sqlite:///{values['var'] / 'foyer.db'}" if "var" in values else ""
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise ValueError("not an address of a database") from None
        if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
            raise ValueError("another kind of database")
        if parsed.get_backend_name() == "sqlite" and parsed.database not in {None, ":memory:"}:
            url = f"sqlite:///{ROOT / parsed.database}"
        return url

    @validator("encryption_keys", pre=True)
    def _split(cls, keys: str) -> tuple[str, ...]:
        split = tuple(key.strip() for key in keys.split(",") if key.strip())
        if any(len(base64.urlsafe_b64decode(key)) != 32 for key in split):
            raise ValueError("not 32 bytes")
        return split

    @validator("chat_origins", pre=True)
    def _origins(cls, origins: str) -> tuple[str, ...]:
        split = tuple(one.strip().rstrip("/").lower() for one in origins.split(",") if one.strip())
        if not all(re.fullmatch(r"https?://[a-z0-9.-]+(:\d+)?", one) for one in split):
            raise ValueError("not origins")
        return split

    @validator("web_trusted_proxies", pre=True)
    def _networks(cls, networks: str) -> tuple[str, ...]:
        split = tuple(one.strip() for one in networks.split(",") if one.strip())
        for one in split:
            ip_network(one)
        return split

    @validator("staff_oidc_acr", "staff_oidc_amr", pre=True)
    def _values(cls, values: str) -> tuple[str, ...]:
        return tuple(one.strip() for one in values.split(",") if one.strip())

    @validator("demo", pre=True, always=True)
    def _in_development(cls, demo: str | None, values: dict[str, Any]) -> str | bool:
        return values.get("env") == "development" if demo is None else demo

    @validator("log_level", pre=True)
    def _upper(cls, level: str) -> str:
        return level.upper()

    @validator("public_url", always=True)
    def _public(cls, url: str, values: dict[str, Any]) -> str:
        return url.rstrip("/") or f"http://127.0.0.1:{values.get('web_port')}"

    @validator("rasa_url", "actions_url", pre=True, always=True)
    def _on_this_machine(cls, url: str, values: dict[str, Any], field: Any) -> str:
        return url.rstrip("/") or f"http://127.0.0.1:{values.get(field.name[:-3] + 'port')}"

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """The settings in `environ`; a variable that is missing or empty gets its default.

        Raises:
            SettingsError: naming every setting that can't be used.
        """
        names = [field.alias for field in cls.__fields__.values()]
        given = {name: environ[name].strip() for name in names if environ.get(name, "").strip()}
        try:
            read = cls.parse_obj(given)
        except ValidationError as error:
            wrong = {str(problem["loc"][0]) for problem in error.errors()}
            raise SettingsError("\n".join(_mends(wrong))) from None
        problems = list(_conflicts(read))
        if problems:
            raise SettingsError("\n".join(problems))
        return read


def _mends(wrong: set[str]) -> Iterator[str]:
    for field in Settings.__fields__.values():
        if field.alias in wrong:
            yield f"{field.alias} can't be used: {field.field_info.extra['mend']}"


def _conflicts(read: Settings) -> Iterator[str]:
    ports = {"WEB_PORT": read.web_port, "RASA_PORT": read.rasa_port}
    ports["ACTIONS_PORT"] = read.actions_port
    if len(set(ports.values())) < len(ports):
        yield f"{', '.join(ports)} must differ: give each a port of its own"
    if read.smtp_url and not read.mail_from:
        yield "MAIL_FROM is missing, and SMTP_URL needs it: write the address mail comes from"
    if read.texts_url and not read.webhook_secret:
        yield "WEBHOOK_SECRET is missing, and TEXTS_URL needs it: write a random secret"
    oidc = {name: getattr(read, name.lower()) for name in _OIDC}
    missing = [name for name, value in oidc.items() if not value]
    if missing and len(missing) < len(oidc):
        yield f"{', '.join(missing)} is missing: set all of {', '.join(oidc)}, or none"
    if read.env == "development":
        return
    if not read.encryption_keys:
        yield (
            "FOYER_ENCRYPTION_KEYS is missing, and production needs it: "
            "make a key as docs/production.md says"
        )
    elif _development_key(read.development_key_path) in read.encryption_keys:
        yield (
            "FOYER_ENCRYPTION_KEYS holds the development key, which production refuses: "
            "make a key as docs/production.md says"
        )
    if not read.public_url.startswith("https://"):
        yield (
            "PUBLIC_URL must begin with https:// in production: "
            "write the address at which people reach the website"
        )
    if read.staff_oidc_issuer and not (read.staff_oidc_acr or read.staff_oidc_amr):
        yield (
            "STAFF_OIDC_ACR is missing, and production needs it or STAFF_OIDC_AMR: "
            "write what the organisation says of a sign-in with a second factor"
        )
    if read.log_level == "DEBUG":
        yield "LOG_LEVEL=DEBUG writes what people say to the log: write INFO or WARNING"


def _development_key(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except OSError:
        return None


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of an env file: NAME=value lines, `#` comments, quotes taken off.

    A file that isn't there holds none.

    Raises:
        SettingsError: naming the first line that is something else.
    """
    if not path.exists():
        return {}
    variables = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise SettingsError(f"{path.name} line {number} is not a setting: write NAME=value")
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        variables[name.strip()] = value
    return variables


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process: its environment, over the env file.

    Raises:
        SettingsError: naming every setting that can't be used.
    """
    env_file = ROOT / (os.environ.get("FOYER_ENV_FILE") or ".env")
    return Settings.read({**read_env_file(env_file), **os.environ})
