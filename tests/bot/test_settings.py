from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot import settings as module
from bot.settings import ROOT, Settings, SettingsError, read_env_file, settings

KEY = Fernet.generate_key().decode()
PRODUCTION = {"FOYER_ENV": "production", "PUBLIC_URL": "https://foyer.example"}
NAMES = [field.alias for field in Settings.__fields__.values()]


def problems(environ: Mapping[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.read(environ)
    return str(caught.value).splitlines()


def test_defaults_suit_development() -> None:
    read = Settings.read({})
    assert read.env == "development"
    assert read.database_url == f"sqlite:///{ROOT}/var/foyer.db"
    assert read.development_key_path == ROOT / "var" / "development.key"
    assert read.encryption_keys == ()
    assert read.demo is True
    assert (read.web_host, read.web_port) == ("127.0.0.1", 8000)
    assert read.rasa_url == "http://127.0.0.1:5005"
    assert read.actions_url == "http://127.0.0.1:5055"


def test_empty_means_missing() -> None:
    assert Settings.read(dict.fromkeys(NAMES, " ")) == Settings.read({})


def test_other_variables_are_let_be() -> None:
    assert Settings.read({"HOME": "/home/ada", "PATH": "/bin"}) == Settings.read({})


def test_ports_move_the_addresses() -> None:
    read = Settings.read({"RASA_PORT": "6005", "ACTIONS_URL": "https://actions.example/"})
    assert read.rasa_url == "http://127.0.0.1:6005"
    assert read.actions_url == "https://actions.example"


def test_relative_paths_are_within_the_project() -> None:
    read = Settings.read({"FOYER_VAR": "elsewhere", "DATABASE_URL": "sqlite:///some/file.db"})
    assert read.var == ROOT / "elsewhere"
    assert read.database_url == f"sqlite:///{ROOT}/some/file.db"


def test_the_database_follows_the_folder(tmp_path: Path) -> None:
    assert (
        Settings.read({"FOYER_VAR": str(tmp_path)}).database_url == f"sqlite:///{tmp_path}/foyer.db"
    )


@pytest.mark.parametrize("url", ["postgresql://u:p@db.example/foyer", "sqlite:////data/foyer.db"])
def test_database_addresses_are_kept(url: str) -> None:
    assert Settings.read({"DATABASE_URL": url}).database_url == url


def test_keys_are_split_newest_first() -> None:
    older = Fernet.generate_key().decode()
    assert Settings.read({"FOYER_ENCRYPTION_KEYS": f"{KEY}, {older},"}).encryption_keys == (
        KEY,
        older,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOYER_ENV", "staging"),
        ("DATABASE_URL", "mysql://root@localhost/foyer"),
        ("DATABASE_URL", "a password by mistake"),
        ("FOYER_ENCRYPTION_KEYS", "short"),
        ("FOYER_ENCRYPTION_KEYS", "a£b"),
        ("FOYER_DEMO", "perhaps"),
        ("WEB_PORT", "0"),
        ("RASA_PORT", "70000"),
        ("ACTIONS_PORT", "5055a"),
        ("RASA_URL", "localhost:5005"),
        ("ACTIONS_URL", "ftp://actions.example"),
        ("CHAT_ORIGINS", "foyer.example"),
        ("CHAT_ORIGINS", "https://example.nhs.uk/page"),
        ("CHAT_ORIGINS", "*"),
        ("CHAT_HOURS", "999"),
        ("CHAT_CRISIS_SECONDS", "3"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_is_one_line_without_the_value(name: str, value: str) -> None:
    (line,) = problems({name: value})
    assert re.fullmatch(rf"{name} can't be used: write .+", line)
    assert value not in line.removeprefix(name)


def test_origins_are_split() -> None:
    read = Settings.read({"CHAT_ORIGINS": "https://www.Example.nhs.uk/, http://localhost:9000"})
    assert read.chat_origins == ("https://www.example.nhs.uk", "http://localhost:9000")


def test_all_wrong_values_are_named_at_once() -> None:
    lines = problems({"WEB_PORT": "x", "FOYER_ENV": "y", "LOG_LEVEL": "z"})
    assert [line.split()[0] for line in lines] == ["FOYER_ENV", "WEB_PORT", "LOG_LEVEL"]


def test_two_parts_cannot_share_a_port() -> None:
    (line,) = problems({"WEB_PORT": "9000", "ACTIONS_PORT": "9000"})
    assert "must differ" in line


def test_production_starts_with_keys_of_its_own(tmp_path: Path) -> None:
    read = Settings.read({**PRODUCTION, "FOYER_ENCRYPTION_KEYS": KEY, "FOYER_VAR": str(tmp_path)})
    assert read.demo is False


def test_production_refuses_to_start_without_keys() -> None:
    (line,) = problems(PRODUCTION)
    assert line.startswith("FOYER_ENCRYPTION_KEYS is missing")


def test_production_refuses_the_development_key(tmp_path: Path) -> None:
    (tmp_path / "development.key").write_text(KEY)
    mine = Fernet.generate_key().decode()
    (line,) = problems(
        {
            **PRODUCTION,
            "FOYER_ENCRYPTION_KEYS": f"{mine},{KEY}",
            "FOYER_VAR": str(tmp_path),
        }
    )
    assert "development key" in line
    assert KEY not in line


def test_production_refuses_a_log_with_messages_in_it() -> None:
    (line,) = problems({**PRODUCTION, "FOYER_ENCRYPTION_KEYS": KEY, "LOG_LEVEL": "debug"})
    assert line.startswith("LOG_LEVEL=DEBUG")


@pytest.mark.parametrize("url", ["", "http://foyer.example"])
def test_production_refuses_links_that_lead_nowhere_or_in_the_clear(url: str) -> None:
    (line,) = problems({**PRODUCTION, "FOYER_ENCRYPTION_KEYS": KEY, "PUBLIC_URL": url})
    assert line.startswith("PUBLIC_URL must begin with https://")


def test_secrets_are_not_shown() -> None:
    read = Settings.read(
        {"FOYER_ENCRYPTION_KEYS": KEY, "DATABASE_URL": "postgresql://u:secret@db.example/foyer"}
    )
    assert KEY not in repr(read)
    assert "secret" not in repr(read)


def test_env_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# ports\n\nWEB_PORT=8080\nRASA_URL = 'http://rasa.example'\nFOYER_DEMO=\n")
    assert read_env_file(file) == {
        "WEB_PORT": "8080",
        "RASA_URL": "http://rasa.example",
        "FOYER_DEMO": "",
    }


def test_a_missing_env_file_holds_nothing(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / ".env") == {}


def test_a_wrong_line_in_the_env_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("WEB_PORT=8080\nrubbish\n")
    with pytest.raises(SettingsError, match=r"^\.env line 2 is not a setting: write NAME=value$"):
        read_env_file(file)


def test_the_environment_wins_over_the_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.env"
    file.write_text("WEB_PORT=8080\nRASA_PORT=6005\n")
    monkeypatch.setenv("FOYER_ENV_FILE", str(file))
    monkeypatch.setenv("WEB_PORT", "8081")
    monkeypatch.delenv("RASA_PORT", raising=False)
    settings.cache_clear()
    try:
        assert (settings().web_port, settings().rasa_port) == (8081, 6005)
        assert settings() is settings()
    finally:
        settings.cache_clear()


def documented(path: str, pattern: str) -> list[str]:
    return re.findall(pattern, (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_setting_is_documented_once_and_in_order() -> None:
    assert documented("docs/settings.md", r"^\| `([A-Z_]+)` \|") == NAMES


def test_every_setting_is_in_the_example() -> None:
    assert documented(".env.example", r"^#?([A-Z_]+)=") == [
        name for name in NAMES if name != "FOYER_ENV_FILE"
    ]


def test_the_example_can_be_used_as_it_is(tmp_path: Path) -> None:
    uncommented = re.sub(r"^#([A-Z_]+=)", r"\1", (ROOT / ".env.example").read_text(), flags=re.M)
    file = tmp_path / ".env"
    file.write_text(uncommented)
    assert Settings.read(read_env_file(file)) == Settings.read({})


def test_the_environment_is_read_nowhere_else() -> None:
    elsewhere = [
        path
        for folder in ("bot", "actions", "web")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\bos\.environ\b|\bgetenv\b", path.read_text(encoding="utf-8"))
    ]
    assert elsewhere == [Path(module.__file__)]


def test_signing_in_through_the_organisation_needs_all_its_settings() -> None:
    (problem,) = problems({"STAFF_OIDC_ISSUER": "https://id.example"})
    assert problem.startswith("STAFF_OIDC_CLIENT, STAFF_OIDC_SECRET is missing")


def test_production_takes_no_sign_in_there_with_one_factor(tmp_path: Path) -> None:
    given = {
        "FOYER_ENCRYPTION_KEYS": KEY,
        "FOYER_VAR": str(tmp_path),
        "STAFF_OIDC_ISSUER": "https://id.example",
        "STAFF_OIDC_CLIENT": "foyer",
        "STAFF_OIDC_SECRET": "secret",
    }
    (line,) = problems({**PRODUCTION, **given})
    assert line.startswith("STAFF_OIDC_ACR is missing, and production needs it or STAFF_OIDC_AMR:")
    for name in ("STAFF_OIDC_ACR", "STAFF_OIDC_AMR"):
        assert Settings.read({**PRODUCTION, **given, name: "mfa"})
    assert Settings.read(given)


def test_what_a_sign_in_there_must_say_is_a_list() -> None:
    read = Settings.read({"STAFF_OIDC_ACR": "AAL2_OR_AAL3_ANY, AAL3_ANY", "STAFF_OIDC_AMR": "otp"})
    assert read.staff_oidc_acr == ("AAL2_OR_AAL3_ANY", "AAL3_ANY")
    assert read.staff_oidc_amr == ("otp",)
