"""All defined languages, and the runtimes of those whose toolchain is on this host, found when first asked for."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PurePosixPath

from runward.domain.errors import LanguageUnavailable, UnknownLanguage
from runward.languages.definition import Language
from runward.languages.discovery import FoundToolchain, NotFoundError, Places, find_toolchain
from runward.languages.document import DefinitionError
from runward.languages.preparation import prepare, prepared_folder
from runward.languages.probe import Probe
from runward.languages.reading import read_language
from runward.languages.runtime import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageStatus:
    """One defined language, and whether this host can run it; ``reason`` and ``install`` tell what is missing."""

    id: str
    name: str
    aliases: tuple[str, ...]
    extensions: tuple[str, ...]
    version: str | None
    toolchain: str | None
    available: bool
    reason: str
    install: str


def default_toolchain_dirs() -> tuple[Path, ...]:
    """Return the managed folders: this user's own, if not root, then the host's."""
    system = Path("/var/lib/runward/toolchains")
    return (system,) if os.geteuid() == 0 else (_user_folder("XDG_DATA_HOME", ".local/share") / "toolchains", system)


def default_cache_dir() -> Path:
    """Return where answers of tools and preparations are kept."""
    return Path("/var/cache/runward") if os.geteuid() == 0 else _user_folder("XDG_CACHE_HOME", ".cache")


def _user_folder(variable: str, fallback: str) -> Path:
    given = os.environ.get(variable, "")
    return (Path(given) if given.startswith("/") else Path.home() / fallback) / "runward"


def definition_files(extra_dirs: Iterable[Path] = ()) -> list[Path]:
    """Return every definition's file; one in an extra folder takes the place of one of the same name."""
    own = Path(str(resources.files("runward.languages") / "definitions"))
    found = {path.name: path for folder in (own, *extra_dirs) for path in sorted(folder.glob("*.toml"))}
    return [found[name] for name in sorted(found)]


class Registry:
    """Looks languages up by name, alias or extension, and finds their toolchains, each only when it is wanted."""

    def __init__(
        self, languages: Sequence[Language], *, toolchain_dirs: Sequence[Path], cache_dir: Path | None
    ) -> None:
        """Hold these languages; toolchains are sought on PATH, in well-known folders and in ``toolchain_dirs``."""
        self._languages = {language.id: language for language in languages}
        self._names = {name: language for language in languages for name in (language.id, *language.aliases)}
        self._toolchain_dirs = tuple(toolchain_dirs)
        self._cache_dir = cache_dir
        self._probe = Probe(cache_dir)
        self._runtimes: dict[str, Runtime | str] = {}
        # Engines ask from several threads; two of them need not look for the same toolchain.
        self._lock = threading.RLock()

    @classmethod
    def load(
        cls,
        extra_dirs: Iterable[Path] = (),
        toolchain_dirs: Sequence[Path] | None = None,
        cache_dir: Path | None = None,
    ) -> Registry:
        """Read every definition; DefinitionError tells which is wrong, and how.  No toolchain is sought yet."""
        languages: list[Language] = []
        taken: dict[str, str] = {}
        for path in definition_files(extra_dirs):
            language = read_language(path)
            for name in (language.id, *language.aliases):
                if name in taken:
                    remedy = f"{name!r} already names {taken[name]}; choose another name"
                    raise DefinitionError(path=path, key="aliases", remedy=remedy)
                taken[name] = language.id
            languages.append(language)
        dirs = default_toolchain_dirs() if toolchain_dirs is None else toolchain_dirs
        return cls(languages, toolchain_dirs=dirs, cache_dir=cache_dir)

    @property
    def languages(self) -> tuple[Language, ...]:
        """Return every defined language."""
        return tuple(self._languages.values())

    @property
    def toolchain_dirs(self) -> tuple[Path, ...]:
        """Return the managed folders; the first is the one that an installation fills."""
        return self._toolchain_dirs

    def get(self, name: str) -> Language:
        """Return the language of this name or alias, in any case; UnknownLanguage lists the known ones."""
        language = self._names.get(name.strip().lower())
        if language is None:
            raise UnknownLanguage(name, sorted(self._languages))
        return language

    def find_by_extension(self, path: str) -> Language | None:
        """Return the language whose extension the file's name bears, or None."""
        suffix = PurePosixPath(path).suffix.lower()
        return next((language for language in self._languages.values() if suffix in language.extensions), None)

    def runtime(self, name: str) -> Runtime:
        """Return the language's runtime; LanguageUnavailable tells how to install it."""
        language = self.get(name)
        found = self._find(language)
        if isinstance(found, str):
            raise LanguageUnavailable(language.name, found, install_command(language))
        return found

    def prepare(self, name: str) -> Runtime:
        """Return the runtime with its preparation made (seconds to a minute, once per host); PreparationError if not."""
        runtime = self.runtime(name)
        if runtime.prepared is not None or self._cache_dir is None:
            return runtime
        folder = prepare(runtime.found, self._cache_dir)
        with self._lock:
            prepared = Runtime(language=runtime.language, found=runtime.found, prepared=folder)
            self._runtimes[runtime.language.id] = prepared
        return prepared

    def is_prepared(self, name: str) -> bool:
        """Tell whether nothing is left to be prepared for the language."""
        runtime = self.runtime(name)
        return runtime.prepared is not None or runtime.found.toolchain.preparation is None

    def forget(self) -> None:
        """Look for every toolchain anew: something has been installed."""
        with self._lock:
            self._runtimes.clear()

    def statuses(self) -> list[LanguageStatus]:
        """Return every defined language, available or not."""
        return [self.status(language.id) for language in self._languages.values()]

    def status(self, name: str) -> LanguageStatus:
        """Return one language's status."""
        language = self.get(name)
        found = self._find(language)
        here = None if isinstance(found, str) else found
        return LanguageStatus(
            id=language.id,
            name=language.name,
            aliases=language.aliases,
            extensions=language.extensions,
            version=here.version if here else None,
            toolchain=here.toolchain if here else None,
            available=here is not None,
            reason=found if isinstance(found, str) else "",
            install="" if here else install_command(language),
        )

    def _find(self, language: Language) -> Runtime | str:
        with self._lock:
            known = self._runtimes.get(language.id)
            if known is None:
                known = self._runtimes[language.id] = self._look_for(language)
            return known

    def _look_for(self, language: Language) -> Runtime | str:
        places = Places.of_this_process(self._toolchain_dirs)
        reasons: list[str] = []
        for toolchain in language.toolchains:
            try:
                found = find_toolchain(toolchain, places=places, probe=self._probe)
            except NotFoundError as error:
                reasons.append(str(error))
                continue
            return Runtime(language=language, found=found, prepared=self._find_prepared(found))
        return " and ".join(dict.fromkeys(reasons))

    def _find_prepared(self, found: FoundToolchain) -> Path | None:
        folder = prepared_folder(found, self._cache_dir) if self._cache_dir else None
        return folder if folder and folder.is_dir() else None


def install_command(language: Language) -> str:
    """Return the command a person types to install the language's toolchain."""
    return f"runward languages install {language.id}"
