"""The settings: one frozen object; each field bears the name of its environment variable."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from runward.domain.errors import RunwardError
from runward.domain.limits import MIB
from runward.domain.networks import parse_network
from runward.domain.tier import Tier

SECRETS_DIR_VARIABLE = "RUNWARD_SECRETS_DIR"


class SettingsError(RunwardError):
    """A setting cannot be used; the message names its variable, the value's fault and nothing secret."""

    code = "invalid_setting"


class Environment(StrEnum):
    """Where the service runs; in production the log is always JSON."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Auth(StrEnum):
    """Whether callers of the API must say who they are."""

    OPEN = "open"
    REQUIRED = "required"


class LogLevel(StrEnum):
    """The least severe event that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _origins(value: tuple[str, ...]) -> tuple[str, ...]:
    for origin in value:
        if not re.fullmatch(r"\*|https?://[^/\s]+", origin):
            raise ValueError("each origin must look like https://example.org (or * for all of them)")
    return value


def _imports(value: tuple[str, ...]) -> tuple[str, ...]:
    for item in value:
        if not re.fullmatch(r"[^:\s]+:\S+", item):
            raise ValueError("each item must look like python:ctypes (a language, a colon, a module)")
    return value


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(parse_network(item)) for item in value)


def _dsn(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"https?://[^@/\s]+@[^@/\s]+(/[^/\s]+)*/\d+", value.get_secret_value()):
        raise ValueError("it must look like https://key@sentry.example.org/1")
    return value


def _blank_is_none(value: object) -> object:
    return None if value == "" else value


def _broker(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not re.match(r"(amqps?|rediss?)://[^/\s]", value.get_secret_value()):
        raise ValueError("it must look like amqp://user:password@host:5672/vhost or redis://:password@host:6379/1")
    return value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
TierNames = Annotated[tuple[Tier, ...], NoDecode, BeforeValidator(_split)]
Paths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_split)]
Networks = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_networks)]
Url = Annotated[AnyHttpUrl | None, BeforeValidator(_blank_is_none)]
BrokerUrl = Annotated[SecretStr | None, BeforeValidator(_blank_is_none), AfterValidator(_broker)]


def _concurrency() -> int:
    # Twice the processors: a program that sleeps or waits for its input must not idle a processor.
    return 2 * len(os.sched_getaffinity(0))


class Settings(BaseSettings):
    """What the operator chose; unset values are safe for one machine."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True,
        hide_input_in_errors=True,
    )  # fmt: skip

    host: str = Field(default="127.0.0.1", validation_alias="HOST", min_length=1)
    port: int = Field(default=8000, validation_alias="PORT", ge=0, le=65535)
    debug: bool = Field(default=False, validation_alias="DEBUG")
    environment: Annotated[Environment, BeforeValidator(_lower)] = Field(
        default=Environment.DEVELOPMENT, validation_alias="ENVIRONMENT"
    )
    log_level: Annotated[LogLevel, BeforeValidator(_lower)] = Field(default=LogLevel.INFO, validation_alias="LOG_LEVEL")
    log_file: Path | None = Field(default=None, validation_alias="LOG_FILE")
    metrics: bool = Field(default=True, validation_alias="RUNWARD_METRICS")
    metrics_token: SecretStr | None = Field(default=None, validation_alias="RUNWARD_METRICS_TOKEN", min_length=16)
    otlp_endpoint: Url = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    otlp_headers: SecretStr | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_HEADERS")
    service_name: str = Field(default="runward", validation_alias="OTEL_SERVICE_NAME", min_length=1)
    sentry_dsn: Annotated[SecretStr, AfterValidator(_dsn)] | None = Field(default=None, validation_alias="SENTRY_DSN")
    cors_origins: Annotated[Names, AfterValidator(_origins)] = Field(default=(), validation_alias="CORS_ORIGINS")

    max_memory_mb: int = Field(default=1024, validation_alias="MAX_MEMORY_MB", ge=1)
    max_cpu_time: float = Field(default=60, validation_alias="MAX_CPU_TIME", gt=0, allow_inf_nan=False)
    max_timeout: float = Field(default=60, validation_alias="MAX_TIMEOUT", gt=0, allow_inf_nan=False)
    max_concurrent_executions: int = Field(
        default_factory=_concurrency, validation_alias="MAX_CONCURRENT_EXECUTIONS", ge=1, le=1024
    )

    data_dir: Path | None = Field(default=None, validation_alias="RUNWARD_DATA_DIR")
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    database_pool: int = Field(default=10, validation_alias="RUNWARD_DATABASE_POOL", ge=2, le=200)
    redis_url: SecretStr | None = Field(default=None, validation_alias="REDIS_URL")
    blobs: str = Field(default="", validation_alias="RUNWARD_BLOBS")
    retention_days: int = Field(default=90, validation_alias="RUNWARD_RETENTION_DAYS", ge=0, le=36_500)
    audit_days: int = Field(default=365, validation_alias="RUNWARD_AUDIT_DAYS", ge=0, le=36_500)
    usage_days: int = Field(default=730, validation_alias="RUNWARD_USAGE_DAYS", ge=0, le=36_500)
    redis_prefix: str = Field(default="runward", validation_alias="RUNWARD_REDIS_PREFIX", pattern=r"^[\w.-]{1,64}$")
    broker_url: BrokerUrl = Field(default=None, validation_alias="RUNWARD_BROKER_URL")

    default_timeout: float = Field(default=30, validation_alias="RUNWARD_DEFAULT_TIMEOUT", gt=0, allow_inf_nan=False)
    default_memory_mb: int | None = Field(default=None, validation_alias="RUNWARD_DEFAULT_MEMORY_MB", ge=1)
    output_kb: int = Field(default=100, validation_alias="RUNWARD_OUTPUT_KB", ge=1, le=65536)
    source_kb: int = Field(default=50, validation_alias="RUNWARD_SOURCE_KB", ge=1, le=16384)
    session_executions: int = Field(default=100, validation_alias="RUNWARD_SESSION_EXECUTIONS", ge=1)
    session_rate: int = Field(default=10, validation_alias="RUNWARD_SESSION_RATE", ge=1)
    retries: int = Field(default=3, validation_alias="RUNWARD_RETRIES", ge=0, le=20)
    retry_seconds: float = Field(default=1, validation_alias="RUNWARD_RETRY_SECONDS", gt=0, le=60)
    lease_seconds: float = Field(default=15, validation_alias="RUNWARD_LEASE", ge=0.5, le=3600)
    backlog_limit: int = Field(default=1000, validation_alias="RUNWARD_BACKLOG_LIMIT", ge=1, le=1_000_000)
    backlog_per_key: int = Field(default=200, validation_alias="RUNWARD_BACKLOG_PER_KEY", ge=1, le=1_000_000)
    queue_seconds: float = Field(default=3600, validation_alias="RUNWARD_QUEUE_SECONDS", gt=0, allow_inf_nan=False)
    result_cache_hours: float = Field(default=24, validation_alias="RUNWARD_RESULT_CACHE_HOURS", ge=0, le=876_000)

    compile_cache_mb: int = Field(default=512, validation_alias="RUNWARD_COMPILE_CACHE_MB", ge=0, le=1_048_576)
    queue_limit: int = Field(default=64, validation_alias="RUNWARD_QUEUE_LIMIT", ge=0)
    grace_period_seconds: float = Field(default=30, validation_alias="RUNWARD_GRACE_PERIOD", ge=0, le=3600)
    body_limit_bytes: int = Field(default=1 * MIB, validation_alias="RUNWARD_BODY_LIMIT", ge=1024)
    warm: bool = Field(default=True, validation_alias="RUNWARD_WARM")
    upload_limit_bytes: int = Field(default=16 * MIB, validation_alias="RUNWARD_UPLOAD_LIMIT", ge=1024, le=2**40)
    uploads_mb: int = Field(default=256, validation_alias="RUNWARD_UPLOADS_MB", ge=0, le=1_048_576)
    preload: Annotated[Names, AfterValidator(_imports)] = Field(default=(), validation_alias="RUNWARD_PRELOAD")
    ready_slots: int = Field(default=8, validation_alias="RUNWARD_READY_SLOTS", ge=0, le=1024)
    most_ready_slots: int = Field(default=16, validation_alias="RUNWARD_MOST_READY_SLOTS", ge=0, le=1024)
    allow_missing_layers: Names = Field(default=(), validation_alias="RUNWARD_ALLOW_MISSING_LAYERS")
    blocked_imports: Annotated[Names, AfterValidator(_imports)] = Field(
        default=(), validation_alias="RUNWARD_BLOCKED_IMPORTS"
    )
    allowed_imports: Annotated[Names, AfterValidator(_imports)] = Field(default=(), validation_alias="ALLOWED_IMPORTS")
    tier: Tier = Field(default=Tier.NATIVE, validation_alias="RUNWARD_TIER")
    tiers: TierNames = Field(default=(), validation_alias="RUNWARD_TIERS")
    user: str = Field(default="nobody", validation_alias="RUNWARD_USER", min_length=1)
    uid_base: int = Field(default=0x70000000, validation_alias="RUNWARD_UID_BASE", ge=100_000, le=2_147_000_000)
    toolchain_dir: Path | None = Field(default=None, validation_alias="RUNWARD_TOOLCHAIN_DIR")
    language_dirs: Paths = Field(default=(), validation_alias="RUNWARD_LANGUAGE_DIRS")
    executor_key: SecretStr | None = Field(default=None, validation_alias="RUNWARD_EXECUTOR_KEY", min_length=16)

    python_executor_url: Url = Field(default=None, validation_alias="PYTHON_EXECUTOR_URL")
    javascript_executor_url: Url = Field(default=None, validation_alias="JAVASCRIPT_EXECUTOR_URL")
    java_executor_url: Url = Field(default=None, validation_alias="JAVA_EXECUTOR_URL")
    cpp_executor_url: Url = Field(default=None, validation_alias="CPP_EXECUTOR_URL")
    go_executor_url: Url = Field(default=None, validation_alias="GO_EXECUTOR_URL")
    rust_executor_url: Url = Field(default=None, validation_alias="RUST_EXECUTOR_URL")

    auth: Annotated[Auth | None, BeforeValidator(_lower)] = Field(default=None, validation_alias="RUNWARD_AUTH")
    secret_key: SecretStr | None = Field(default=None, validation_alias="SECRET_KEY", min_length=32)
    api_key_secret: SecretStr | None = Field(default=None, validation_alias="API_KEY_SECRET", min_length=16)
    access_token_minutes: float = Field(default=15, validation_alias="RUNWARD_ACCESS_TOKEN_MINUTES", gt=0, le=1440)
    refresh_token_days: float = Field(default=30, validation_alias="RUNWARD_REFRESH_TOKEN_DAYS", gt=0, le=365)
    rate_limit_per_minute: int | None = Field(
        default=None, validation_alias="RATE_LIMIT_PER_MINUTE", ge=1, le=1_000_000
    )
    allowed_ips: Networks = Field(default=(), validation_alias="RUNWARD_ALLOWED_IPS")
    trusted_proxies: Networks = Field(default=(), validation_alias="RUNWARD_TRUSTED_PROXIES")

    @property
    def grace_period(self) -> timedelta:
        """Return how long running requests may go on after the first signal to stop."""
        return timedelta(seconds=self.grace_period_seconds)

    @property
    def secrets(self) -> frozenset[str]:
        """Return what no log line may show: every secret setting, and the password of one that is an address."""
        fields = (getattr(self, name) for name in type(self).model_fields)
        values = {field.get_secret_value() for field in fields if isinstance(field, SecretStr)}
        passwords = {urlsplit(value).password for value in values if "://" in value}
        headers = {part.partition("=")[2].strip() for part in _split_secret(self.otlp_headers)}
        return frozenset(each for each in values | passwords | headers if each)

    @property
    def executor_urls(self) -> dict[str, str]:
        """Return where each language that is not run on this host is run, by its identifier."""
        urls = {
            "python": self.python_executor_url,
            "javascript": self.javascript_executor_url,
            "java": self.java_executor_url,
            "cpp": self.cpp_executor_url,
            "go": self.go_executor_url,
            "rust": self.rust_executor_url,
        }
        return {language: str(url).rstrip("/") for language, url in urls.items() if url is not None}


def _split_secret(value: SecretStr | None) -> list[str]:
    return value.get_secret_value().split(",") if value is not None else []


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; ``overrides`` bear variable names (``PORT=0``) and win.  A bad value raises SettingsError."""
    secrets_dir = os.environ.get(SECRETS_DIR_VARIABLE) or None
    if secrets_dir is not None and not Path(secrets_dir).is_dir():
        raise SettingsError(f"{SECRETS_DIR_VARIABLE}: there is no folder {secrets_dir}")
    try:
        return Settings(_secrets_dir=secrets_dir, **overrides)  # type: ignore[call-arg]  # pydantic-settings hides it
    except ValidationError as error:
        raise SettingsError(_describe(error)) from None
    except UnicodeDecodeError:
        raise SettingsError(".env: it is not UTF-8 text; save it as UTF-8") from None


def _describe(error: ValidationError) -> str:
    # One line however many are wrong, and never the value: it may be a secret.
    faults = [f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors(include_input=False, include_url=False)]
    return "; ".join(dict.fromkeys(faults))
