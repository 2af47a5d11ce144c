"""What a language is compared with: programs, the files and input they find, and what must differ from run to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runward.domain.limits import LimitRequest
from runward.engine import ExecutionSpec, InputFile

_FOLDER = Path(__file__).parent / "programs"


def programs(extension: str) -> dict[str, bytes]:
    """Return the programs of a language by their names."""
    return {path.stem: path.read_bytes() for path in sorted(_FOLDER.glob(f"*{extension}"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The cases of one language.

    What lies about while a program runs must not change the others: so ``needs`` names the ``files`` of each.
    ``varying`` are programs of which two runs differ; ``cold`` are changes after which a request is executed cold.
    """

    language: str
    entry: str
    cases: Mapping[str, bytes]
    files: Mapping[str, bytes]
    needs: Mapping[str, list[str]]
    varying: Mapping[str, bytes]
    cold: Mapping[str, Mapping[str, object]]
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    limits: LimitRequest = field(default_factory=LimitRequest)

    def spec(self, name: str, source: bytes) -> ExecutionSpec:
        """Return the request for one of the programs."""
        files = [InputFile(path=self.entry, content=source)]
        files += [InputFile(path=path, content=self.files[path]) for path in self.needs.get(name, [])]
        return ExecutionSpec(
            language=self.language,
            files=tuple(files),
            entry=self.entry,
            stdin="one two two\nthrée\nlast".encode(),
            arguments=self.arguments,
            environment=dict(self.environment),
            artifacts=("**/*.txt",),
            limits=self.limits,
        )
