"""The settings of this process: read once, with where each came from.

Sources, the first one wins: environment variables `VNEID_IDP_…`, the file that `VNEID_IDP_SETTINGS_FILE` names
(`*.toml` or lines `VNEID_IDP_NAME=value`), what a sandbox assumes, defaults.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError

from vneid_idp.production import SANDBOX_MARK
from vneid_idp.settings import PREFIX, Environment, Settings, new_root_secret

FILE_VARIABLE = f"{PREFIX}SETTINGS_FILE"
_OTHER_DATABASE = (
    "database_url: {} names another than this folder's; VNEID_IDP_ENVIRONMENT=sandbox says it is a sandbox's"
)


class BadSettings(ValueError):
    """The provider does not start with these settings. `problems` names each and what is wrong, never its value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and for each of them the place that it was read from."""

    settings: Settings
    origins: Mapping[str, str]


def read_settings(environment: Environment | None = None) -> Loaded:
    """The settings of this process. `environment` is what to be where no source says it (`vneid-idp sandbox`).

    Raises `BadSettings`.
    """
    _check_names()
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}

    def lay(found: Mapping[str, Any], origin: Callable[[str], str]) -> None:
        for name, value in found.items():
            if name not in values:
                values[name], origins[name] = value, origin(name)

    try:
        lay(EnvSettingsSource(Settings, env_ignore_empty=True)(), lambda name: f"{PREFIX}{name.upper()}")
        if file := os.environ.get(FILE_VARIABLE):
            lay(_read_file(Path(file)), lambda _: file)
        if environment is not None and "environment" not in values:
            if "database_url" in values:  # a production's, as often as not: people with known passwords go into no such
                raise ValueError(_OTHER_DATABASE.format(origins["database_url"]))
            lay({"environment": environment}, lambda _: "command")
        if values.get("environment") == Environment.SANDBOX:
            lay(sandbox_defaults(values), lambda _: "sandbox")
            if "secret" not in values:
                folder = Path(values.get("state_folder", Settings.model_fields["state_folder"].default))
                lay({"secret": _sandbox_secret(folder)}, lambda _: str(folder / "secret"))
        settings = Settings(**values)
    except ValidationError as error:
        raise BadSettings(_sentences(error)) from None
    except (SettingsError, ValueError, OSError) as error:
        raise BadSettings([str(error)]) from None
    return Loaded(settings, {name: origins.get(name, "default") for name in Settings.model_fields})


def sandbox_defaults(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a sandbox assumes where `values` leave it open: http on the loopback and SQLite in the state folder."""
    folder = values.get("state_folder", Settings.model_fields["state_folder"].default)
    port = values.get("port", Settings.model_fields["port"].default)
    network_port = values.get("social_network_port", 8001)
    carrier_port = values.get("carrier_port", 8005)
    return {
        "issuer": f"http://localhost:{port}",
        "database_url": f"sqlite:///{folder}/vneid-idp.sqlite3",
        "outbound_loopback": True,
        # `vneid-idp --sandbox registry serve` makes these keys.
        **(_sandbox_registry(Path(folder)) if values.get("registry") == "http" else {"registry": "synthetic"}),
        # `vneid-idp --sandbox face-matcher serve` makes these keys.
        **(_sandbox_matcher(Path(folder)) if values.get("face_matcher") == "http" else {"face_matcher": "synthetic"}),
        "tls_port": 8003,
        "social_network_port": network_port,
        "social_network_url": f"http://localhost:{network_port}",
        "carrier_port": carrier_port,
        "carrier_url": f"http://localhost:{carrier_port}",
    }


def _sandbox_registry(folder: Path) -> dict[str, Any]:
    return {
        "registry_url": "http://localhost:8002",
        "registry_key": folder / "registry" / "provider.pem",
        "registry_answer_key": folder / "registry" / "registry.pub.pem",
    }


def _sandbox_matcher(folder: Path) -> dict[str, Any]:
    return {
        "face_matcher_url": "http://localhost:8004",
        "face_matcher_key": folder / "face-matcher" / "provider.pem",
        "face_matcher_answer_key": folder / "face-matcher" / "face-matcher.pub.pem",
    }


def _sandbox_secret(folder: Path) -> str:
    """The secret of the sandbox in `folder`, made when there is none yet; readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "secret"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(new_root_secret(SANDBOX_MARK))
    except FileExistsError:
        pass
    return path.read_text().strip()


def _read_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ValueError(f"{FILE_VARIABLE}: {path} is not a file")
    if path.suffix == ".toml":
        return dict(TomlConfigSettingsSource(Settings, toml_file=path)())
    found = DotEnvSettingsSource(Settings, env_file=path, env_ignore_empty=True)()
    return {name.removeprefix(PREFIX.lower()): value for name, value in found.items()}


def _check_names() -> None:
    """Refuse a variable that nobody reads: a misspelt one would leave the default standing, silently."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {FILE_VARIABLE}
    if unknown := sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known):
        raise BadSettings([f"{name}: there is no such setting" for name in unknown])


def _sentences(error: ValidationError) -> list[str]:
    found: list[str] = []
    for problem in error.errors(include_input=False, include_url=False):
        text = problem["msg"].removeprefix("Value error, ")
        name = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "missing":
            text = "is not set"
        elif problem["type"] == "extra_forbidden":
            text = "there is no such setting"
        found.extend(f"{name}: {text}".removeprefix(": ") for text in text.split("\n"))
    return found
