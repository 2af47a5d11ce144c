"""Settings are read once, from the process, a file and a secrets folder, and a bad one is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from dotenv import dotenv_values

from runward.domain.tier import Tier
from runward.settings import Settings, SettingsError, load_settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"
VARIABLES = {str(field.validation_alias): name for name, field in Settings.model_fields.items()}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in [*VARIABLES, "RUNWARD_SECRETS_DIR"]:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


def test_example_names_every_variable_and_no_other() -> None:
    assert set(dotenv_values(EXAMPLE)) == set(VARIABLES)


def test_example_holds_the_defaults() -> None:
    (Path.cwd() / ".env").write_bytes(EXAMPLE.read_bytes())

    from_example = load_settings()
    Path(".env").unlink()

    assert from_example == load_settings()


def test_example_values_are_the_defaults_word_for_word(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = load_settings()
    for variable, value in dotenv_values(EXAMPLE).items():
        if value:
            monkeypatch.setenv(variable, value)

    assert load_settings() == defaults


def test_process_wins_over_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("PORT=1111\nHOST=10.0.0.1\n")
    monkeypatch.setenv("PORT", "2222")

    settings = load_settings()

    assert (settings.port, settings.host) == (2222, "10.0.0.1")


def test_secrets_folder_holds_a_key_and_the_settings_do_not_show_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "RUNWARD_EXECUTOR_KEY").write_text("a-key-of-some-length\n")
    monkeypatch.setenv("RUNWARD_SECRETS_DIR", str(secrets))

    settings = load_settings()

    assert settings.executor_key is not None
    assert settings.executor_key.get_secret_value() == "a-key-of-some-length"
    assert "a-key-of-some-length" not in repr(settings)


def test_missing_secrets_folder_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWARD_SECRETS_DIR", "/nonexistent/secrets")

    with pytest.raises(SettingsError, match=r"RUNWARD_SECRETS_DIR: there is no folder /nonexistent/secrets"):
        load_settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "99999"),
        ("PORT", "http"),
        ("DEBUG", "perhaps"),
        ("ENVIRONMENT", "moon"),
        ("LOG_LEVEL", "loud"),
        ("MAX_MEMORY_MB", "0"),
        ("MAX_CPU_TIME", "nan"),
        ("MAX_TIMEOUT", "-1"),
        ("MAX_CONCURRENT_EXECUTIONS", "0"),
        ("RUNWARD_QUEUE_LIMIT", "-1"),
        ("RUNWARD_GRACE_PERIOD", "inf"),
        ("RUNWARD_UID_BASE", "1000"),
        ("GO_EXECUTOR_URL", "ftp://somewhere"),
        ("GO_EXECUTOR_URL", "somewhere:8005"),
        ("CORS_ORIGINS", "example.org"),
        ("RUNWARD_TIER", "docker"),
        ("RUNWARD_TIERS", "crun,kata"),
        ("RUNWARD_AUTH", "perhaps"),
        ("SECRET_KEY", "too short"),
        ("API_KEY_SECRET", "too short"),
        ("RATE_LIMIT_PER_MINUTE", "0"),
        ("RUNWARD_ACCESS_TOKEN_MINUTES", "0"),
        ("RUNWARD_REFRESH_TOKEN_DAYS", "366"),
        ("RUNWARD_ALLOWED_IPS", "10.0.0.0/8,home"),
        ("RUNWARD_TRUSTED_PROXIES", "10.0.0.0/40"),
        ("ALLOWED_IMPORTS", "numpy"),
    ],
)
def test_bad_value_is_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert str(caught.value).startswith(f"{variable}: ")
    assert "\n" not in str(caught.value)


def test_bad_secret_is_named_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWARD_EXECUTOR_KEY", "hunter2")

    with pytest.raises(SettingsError, match="RUNWARD_EXECUTOR_KEY") as caught:
        load_settings()

    assert "hunter2" not in str(caught.value)


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWARD_ALLOW_MISSING_LAYERS", "cgroup, landlock,")
    monkeypatch.setenv("RUNWARD_LANGUAGE_DIRS", "/a,/b")

    settings = load_settings()

    assert settings.allow_missing_layers == ("cgroup", "landlock")
    assert settings.language_dirs == (Path("/a"), Path("/b"))


def test_networks_are_written_in_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWARD_ALLOWED_IPS", "10.1.2.3/8, 2001:DB8::1")

    assert load_settings().allowed_ips == ("10.0.0.0/8", "2001:db8::1/128")


def test_tiers_are_closed_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWARD_TIERS", "runsc, crun")

    settings = load_settings()

    assert (settings.tier, settings.tiers) == (Tier.NATIVE, (Tier.RUNSC, Tier.CRUN))


def test_only_languages_with_an_address_are_remote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GO_EXECUTOR_URL", "http://10.0.0.7:8005/")
    monkeypatch.setenv("RUST_EXECUTOR_URL", "")

    assert load_settings().executor_urls == {"go": "http://10.0.0.7:8005"}


def test_settings_cannot_be_changed() -> None:
    settings = load_settings()

    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1
