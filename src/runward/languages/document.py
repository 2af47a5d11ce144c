"""Reading a definition's TOML with errors that name the file, the key and what to do."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runward.domain.errors import RunwardError


class DefinitionError(RunwardError):
    """A language definition is wrong; the message names the file, the key and the remedy."""

    code = "bad_definition"

    def __init__(self, *, path: Path, key: str, remedy: str) -> None:
        where = f"{path}: {key}" if key else str(path)
        super().__init__(f"{where}: {remedy}")
        self.path, self.key, self.remedy = path, key, remedy


@dataclass(slots=True)
class Table:
    """One table of the file; every key must be asked for, so that a misspelt one is refused by ``close``."""

    path: Path
    key: str
    content: Mapping[str, object]
    known: set[str] = field(default_factory=set)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a string; without a default it must be there."""
        value = self._take(name, default)
        if not isinstance(value, str):
            raise self.error(name, f'must be a string, as in {name} = "…"')
        return value

    def texts(self, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of strings."""
        value = self._take(name, default)
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise self.error(name, f'must be a list of strings, as in {name} = ["…"]')
        return tuple(value)

    def text_lists(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Return a list of lists of strings, none of them empty."""
        value = self._take(name, None)
        if not isinstance(value, list) or not all(_is_command(item) for item in value):
            raise self.error(name, f'must be a list of lists of strings, as in {name} = [["…"]]')
        return tuple(tuple(item) for item in value)

    def mapping(self, name: str) -> dict[str, str]:
        """Return a table of strings, empty where there is none."""
        value = self._take(name, {})
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            raise self.error(name, 'must be a table of strings, as in { NAME = "value" }')
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """Return a number, whole or not, that is not below zero."""
        value = self._take(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise self.error(name, f"must be a number from zero up, as in {name} = 1.5")
        return value

    def integers(self, name: str) -> tuple[int, ...]:
        """Return a list of whole numbers, empty where there is none."""
        value = self._take(name, ())
        if not isinstance(value, list | tuple) or not all(type(item) is int for item in value):
            raise self.error(name, f"must be a list of whole numbers, as in {name} = [1]")
        return tuple(value)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise self.error(name, "must be true or false")
        return value

    def pattern(self, name: str, default: str | None = None) -> re.Pattern[str]:
        """Return a regular expression; ``^`` and ``$`` match at every line."""
        try:
            return re.compile(self.text(name, default), re.MULTILINE)
        except re.error as error:
            raise self.error(name, f"is not a regular expression ({error}); mend it") from None

    def table(self, name: str) -> Table:
        """Return the table of this name, which must be there."""
        found = self.find_table(name)
        if found is None:
            raise self.error(name, f"is missing; add the table [{self._full(name)}]")
        return found

    def find_table(self, name: str) -> Table | None:
        """Return the table of this name, or None."""
        self.known.add(name)
        value = self.content.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.error(name, f"must be a table: [{self._full(name)}]")
        return Table(self.path, self._full(name), value)

    def tables(self, name: str) -> tuple[Table, ...]:
        """Return a list of tables, empty where there is none."""
        value = self._take(name, ())
        if not isinstance(value, list | tuple) or not all(isinstance(item, dict) for item in value):
            raise self.error(name, f"must be a list of tables: [[{self._full(name)}]]")
        return tuple(Table(self.path, f"{self._full(name)}[{at}]", item) for at, item in enumerate(value))

    def named_tables(self) -> Iterator[tuple[str, Table]]:
        """Yield every table within this one under its name."""
        for name in self.content:
            yield name, self.table(name)

    def close(self) -> None:
        """Refuse keys that nobody asked for: they are misspelt, and would be silently without effect."""
        for name in self.content:
            if name not in self.known:
                raise self.error(name, f"is not a known key; known here are: {', '.join(sorted(self.known))}")

    def error(self, name: str, remedy: str) -> DefinitionError:
        """Return the error for one key of this table."""
        return DefinitionError(path=self.path, key=self._full(name), remedy=remedy)

    def _take(self, name: str, default: object) -> object:
        self.known.add(name)
        value = self.content.get(name, default)
        if value is None:
            raise self.error(name, "is missing; add it")
        return value

    def _full(self, name: str) -> str:
        return f"{self.key}.{name}" if self.key else name


def _is_command(item: object) -> bool:
    return isinstance(item, list) and bool(item) and all(isinstance(word, str) for word in item)


def read_document(path: Path) -> Table:
    """Return the file's top table."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(path=path, key="", remedy=f"is not TOML ({error}); mend the syntax there") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(path=path, key="", remedy=f"cannot be read ({error}); make it readable UTF-8") from None
    return Table(path, "", content)
