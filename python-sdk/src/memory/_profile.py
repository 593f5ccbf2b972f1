"""The profile in AWS's shared files, which says what the environment does not (END-7).

https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html. configparser takes as long to load as all of a read,
and knows neither nested settings nor which of the two files counts.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from memory._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

Section = dict[str, "str | dict[str, str]"]
_FILES = (
    ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", ""),
    ("AWS_CONFIG_FILE", "~/.aws/config", "profile "),
)
_FLAGS = {"true": True, "false": False}
_NOTHING: Mapping[str, str] = {}


class SharedFiles:
    """What the two files hold: sections of the credentials file go before those of the configuration.

    Args:
        files: Of each file that there is, the credentials file first: the variable that may name it, its path and
            text, and what its profiles' names begin with.
    """

    def __init__(self, files: list[tuple[str, str, str, str]]) -> None:
        self._profiles: dict[str, Section] = {}
        self._services: dict[str, Section] = {}
        for variable, path, text, mark in files:
            for name, section in _sections(f"{variable} {path!r}", text).items():
                if mark and name.startswith("services "):
                    self._services[name.removeprefix("services ").strip()] = section
                elif not mark or name == "default" or name.startswith(mark):
                    profile = self._profiles.setdefault(name.removeprefix(mark).strip(), {})
                    profile.update({key: value for key, value in section.items() if key not in profile})

    def profile(self, name: str) -> Section | None:
        """Return the settings of a profile; None if it is in neither file."""
        return self._profiles.get(name)

    def services(self, name: str) -> Section | None:
        """Return the `services` section of a name; None if there is none."""
        return self._services.get(name)


class Profile:
    """The settings of one profile; an empty one counts as not set (END-10).

    Args:
        name: Its name.
        settings: What its sections say.
        files: Where it is from.
    """

    def __init__(self, name: str, settings: Section, files: SharedFiles) -> None:
        self.name = name
        self.files = files
        self._settings = settings

    def text(self, setting: str) -> str | None:
        """Return a setting; None if it is not set."""
        value = self._settings.get(setting)
        return value if isinstance(value, str) and value else None

    def nested(self, setting: str) -> Mapping[str, str]:
        """Return the settings that lie under one, such as those of `s3`."""
        value = self._settings.get(setting)
        return value if isinstance(value, dict) else _NOTHING

    def without(self, setting: str) -> Profile:
        """Return the same profile, but for one setting."""
        others = {name: value for name, value in self._settings.items() if name != setting}
        return Profile(self.name, others, self.files)

    def flag(self, variable: str, setting: str) -> bool:
        """Return a switch: that of the environment, else that of the profile.

        Raises:
            ConfigurationError: It is neither `true` nor `false`.
        """
        for name, value in ((variable, os.environ.get(variable)), (setting, self.text(setting))):
            if value:
                word = value.strip().lower()
                if word not in _FLAGS:
                    raise ConfigurationError(f"{name} is true or false, not {value!r}")
                return _FLAGS[word]
        return False

    def endpoint(self, service: str) -> str | None:
        """Return the URL that the profile gives for a service, or for all; None if it gives none.

        Raises:
            ConfigurationError: It names a `services` section that is not there.
        """
        services = self.text("services")
        if services:
            section = self.files.services(services)
            if section is None:
                raise ConfigurationError(
                    f"the AWS profile {self.name!r} names the services {services!r}, and there is no section"
                    f" [services {services}]"
                )
            of_service = section.get(service)
            if isinstance(of_service, dict) and of_service.get("endpoint_url"):
                return of_service["endpoint_url"]
        return self.text("endpoint_url")


_kept: dict[tuple[object, ...], Profile] = {}


def current_profile() -> Profile:
    """Return the profile that the environment names now. The files are read again when they have changed.

    Raises:
        ConfigurationError: A profile that was named is not there, or a file is not of AWS's form.
    """
    named = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")
    paths = [os.environ.get(variable) or os.path.expanduser(usual) for variable, usual, _ in _FILES]  # noqa: PTH111 - pathlib takes as long to load as the rest
    key = (named, *paths, *map(_state_of, paths))
    profile = _kept.get(key)
    if profile is None:
        files = SharedFiles(
            [
                (variable, path, text, mark)
                for path, (variable, _, mark) in zip(paths, _FILES, strict=True)
                if (text := _text_of(variable, path)) is not None
            ]
        )
        settings = files.profile(named or "default")
        if settings is None and named:
            raise ConfigurationError(
                f"there is no AWS profile {named!r}: it is in neither {paths[0]} nor {paths[1]}. Unset AWS_PROFILE, or"
                " add it"
            )
        _kept.clear()
        profile = _kept[key] = Profile(named or "default", settings or {}, files)
    return profile


def other_profile(files: SharedFiles, name: str) -> Profile:
    """Return a profile that another one names.

    Raises:
        ConfigurationError: It is not there.
    """
    settings = files.profile(name)
    if settings is None:
        raise ConfigurationError(
            f"there is no AWS profile {name!r}, which another profile has as source_profile"
        )
    return Profile(name, settings, files)


def _state_of(path: str) -> tuple[int, int] | None:
    try:
        state = os.stat(path)  # noqa: PTH116 - as above
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


def _text_of(variable: str, path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as above
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{variable} {path!r} cannot be read: {type(error).__name__}") from None


def _sections(source: str, text: str) -> dict[str, Section]:
    """Return the sections of a file by their names, as `profile work`."""
    sections: dict[str, Section] = {}
    section: Section | None = None
    parent = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        if stripped[0] == "[":
            if "]" not in stripped:
                raise _malformed(source, number)
            name = " ".join(stripped[1 : stripped.index("]")].split())
            section, parent = sections.setdefault(name, {}), ""
            continue
        key, separator, value = (part.strip() for part in stripped.partition("="))
        if section is None or not separator or not key:
            raise _malformed(source, number)
        above = section.get(parent)
        if line[0] in " \t" and parent:
            if isinstance(above, dict):
                above[key] = value
            elif above == "":
                section[parent] = {key: value}
            # else it goes on with a value of several lines, which no setting of ours has
            continue
        section[key] = value
        parent = key
    return sections


def _malformed(source: str, number: int) -> ConfigurationError:
    # The line itself may be a key.
    return ConfigurationError(
        f"{source}: line {number} is neither a [section] nor a setting as in name = value"
    )
