"""A language with its toolchain on this host: makes the commands of its steps, and reads what its checker says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path, PurePosixPath

from runward.domain.diagnostic import Diagnostic
from runward.domain.limits import MIB, LimitRequest
from runward.domain.outcome import Step
from runward.languages.command import ReadPath, StepCommand, fill, fill_all
from runward.languages.definition import EntryRule, Language, Recipe, WarmStart
from runward.languages.diagnostics import parse
from runward.languages.discovery import FoundToolchain, show

# The same on every host, so that a program cannot behave differently on another.
ENVIRONMENT = {"LANG": "C.UTF-8", "TZ": "UTC"}
PATH = ("/usr/bin", "/bin")
_OF_A_PROGRAM = ("{sources}", "{flags}", "{arguments}")
HOMES = {Step.COMPILE: "/tmp", Step.VALIDATE: "/tmp", Step.RUN: "/box"}  # noqa: S108  (in the box, not on the host)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """One language's toolchain; ``prepared`` is the folder of what was made ahead for it, None if nothing was."""

    language: Language
    found: FoundToolchain
    prepared: Path | None = None
    # Looking at folders costs more than starting a native program, and roots are prepared from the first answer.
    _known_reads: dict[Step, tuple[ReadPath, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _known_values: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def version(self) -> str:
        """Return the version that the toolchain itself told."""
        return self.found.version

    @property
    def toolchain(self) -> str:
        """Return the toolchain's name, such as ``gcc`` or ``mono``."""
        return self.found.toolchain.name

    @property
    def executables(self) -> Mapping[str, Path]:
        """Return the host path of every part."""
        return {name: part.path for name, part in self.found.parts.items()}

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps an execution takes, in order."""
        return tuple(step for step in (Step.COMPILE, Step.RUN) if step in self.found.toolchain.steps)

    def compile_command(
        self, *, sources: Sequence[str], entry: str, flags: Sequence[str], memory_bytes: int
    ) -> StepCommand | None:
        """Return the compile step's command; None where the language has no such step."""
        if Step.COMPILE not in self.found.toolchain.steps:
            return None
        return self._command(Step.COMPILE, sources=sources, entry=entry, memory_bytes=memory_bytes, flags=flags)

    def run_command(
        self,
        *,
        entry: str,
        sources: Sequence[str],
        arguments: Sequence[str],
        memory_bytes: int,
        entry_source: bytes | None = None,
    ) -> StepCommand:
        """Return the run step's command; with the entry's text, a start that the text names (a class) is found."""
        return self._command(
            Step.RUN,
            sources=sources,
            entry=entry,
            memory_bytes=memory_bytes,
            arguments=arguments,
            entry_source=entry_source,
        )

    def validate_command(
        self, *, sources: Sequence[str], entry: str, memory_bytes: int, flags: Sequence[str] = ()
    ) -> StepCommand:
        """Return the command that checks the program without running it."""
        return self._command(Step.VALIDATE, sources=sources, entry=entry, memory_bytes=memory_bytes, flags=flags)

    def warm_start(self, step: Step, *, memory_bytes: int) -> WarmStart | None:
        """Return how slots of the step are started ahead for requests with this limit; None where they are not.

        They are for an entry of the usual name, and go on with a command that is the usual one up to what differs from
        program to program.
        """
        recipe = self._recipe(step)
        warm = recipe.warm
        ready = self._uses_prepared(step)
        if warm is None or (self._is_made_for(step) and not ready):
            return None
        values = self._command_values(recipe, self.language.source_name, None, memory_bytes)
        usual = tuple(takewhile(lambda word: word not in _OF_A_PROGRAM, recipe.argv))
        arguments = fill_all(recipe.prepared_arguments, values, {}) if ready else ()
        command = fill_all(usual, values, {"prepared_arguments": arguments})
        return replace(
            warm,
            argv=fill_all(warm.argv, values, {}) or command,
            command=command,
            environment=self._environment(step, values, prepared=ready),
            additions={name: fill(value, values) for name, value in warm.additions.items()},
        )

    def parse_diagnostics(self, stdout: bytes, stderr: bytes, exit_code: int | None) -> tuple[Diagnostic, ...]:
        """Return the findings in what the validate command printed."""
        output = b"\n".join(part for part in (stdout, stderr) if part).decode("utf-8", "replace")
        return parse(self._recipe(Step.VALIDATE).diagnostics, output, exit_code)

    def reads(self, step: Step) -> tuple[ReadPath, ...]:
        """Return what the step's root must hold: the same for every program."""
        if step not in self._known_reads:
            self._known_reads[step] = self._find_reads(step)
        return self._known_reads[step]

    def _find_reads(self, step: Step) -> tuple[ReadPath, ...]:
        recipe = self._recipe(step)
        reads = [ReadPath(source=str(path)) for pattern in recipe.reads for path in _expand(pattern)]
        reads += [read for name in recipe.parts for read in self.found.parts[name].reads]
        if self.prepared and self._uses_prepared(step):
            reads.append(show(self.prepared, home=self.prepared.parent, name="prepared"))
        return _without_covered(reads)

    def _command(
        self,
        step: Step,
        *,
        sources: Sequence[str],
        entry: str,
        memory_bytes: int,
        flags: Sequence[str] = (),
        arguments: Sequence[str] = (),
        entry_source: bytes | None = None,
    ) -> StepCommand:
        recipe = self._recipe(step)
        values = self._command_values(recipe, entry, entry_source, memory_bytes)
        chosen = self.language.sources_among(tuple(sources)) or (entry,)
        ready = self._uses_prepared(step) and all(recipe.prepared_flags.fullmatch(flag) for flag in flags)
        lists: dict[str, Sequence[str]] = {
            "sources": [_not_an_option(source) for source in chosen],
            "flags": flags,
            "arguments": arguments,
            "prepared_arguments": fill_all(recipe.prepared_arguments, values, {}) if ready else (),
        }
        return StepCommand(
            argv=fill_all(recipe.argv, values, lists),
            environment=self._environment(step, values, prepared=ready),
            reads=self.reads(step),
            limits=self.language.limits.get(step, LimitRequest()),
            outputs=recipe.outputs,
            files={name: fill(text, values).encode() for name, text in recipe.files.items()},
            memory_exhausted=recipe.memory_exhausted,
        )

    def _command_values(
        self, recipe: Recipe, entry: str, entry_source: bytes | None, memory_bytes: int
    ) -> dict[str, str]:
        memory = _memory_values(recipe, memory_bytes)
        return self._values() | _entry_values(self.language, entry, entry_source) | memory

    def _environment(self, step: Step, values: Mapping[str, str], *, prepared: bool) -> dict[str, str]:
        recipe = self._recipe(step)
        environment = ENVIRONMENT | {"HOME": HOMES[step], "PATH": self._path(recipe)} | dict(recipe.environment)
        if prepared:
            environment |= recipe.prepared_environment
        return {name: fill(value, values) for name, value in environment.items()}

    def _values(self) -> dict[str, str]:
        if not self._known_values:
            self._known_values.update(self._find_values())
        return self._known_values

    def _find_values(self) -> dict[str, str]:
        values = {"version": self.version, "prepared": "/nonexistent"}
        for name, part in self.found.parts.items():
            values[name] = part.inside(part.path)
            values[f"{name}.home"] = part.inside(part.home)
            values[f"{name}.version"] = part.version
        if self.prepared:
            values["prepared"] = show(self.prepared, home=self.prepared.parent, name="prepared").inside
        return values

    def _recipe(self, step: Step) -> Recipe:
        return self.found.toolchain.steps[step]

    def _uses_prepared(self, step: Step) -> bool:
        return self.prepared is not None and self._is_made_for(step)

    def _is_made_for(self, step: Step) -> bool:
        preparation = self.found.toolchain.preparation
        return preparation is not None and step in preparation.use

    def _path(self, recipe: Recipe) -> str:
        parts = [self.found.parts[name] for name in recipe.parts]
        folders = [part.inside(part.path.parent) for part in parts]
        return ":".join(dict.fromkeys([*PATH, *folders]))


def _entry_values(language: Language, entry: str, source: bytes | None) -> dict[str, str]:
    path = PurePosixPath(entry)
    stem = str(path.with_suffix(""))
    compiled = stem + language.compiled_extensions.get(path.suffix, path.suffix)
    return {
        "entry": _not_an_option(entry),
        "entry_dir": f"./{path.parent}" if str(path.parent) != "." else ".",
        "entry_class": _entry_class(language.entry, stem, source),
        "compiled": _not_an_option(compiled),
    }


def _entry_class(rule: EntryRule | None, stem: str, source: bytes | None) -> str:
    if rule is None or source is None:
        return stem.replace("/", ".")
    text = source.decode("utf-8", "replace")
    package = rule.package.search(text)
    start = rule.start.search(text)
    names = [match["name"] for match in rule.name.finditer(text, 0, start.start() if start else len(text))]
    file_stem = PurePosixPath(stem).name
    name = file_stem if file_stem in names or not names else names[-1]
    return f"{package['name']}.{name}" if package else name


def _memory_values(recipe: Recipe, memory_bytes: int) -> dict[str, str]:
    heap = recipe.heap.heap_bytes(memory_bytes) if recipe.heap else memory_bytes
    return {
        "memory_bytes": str(memory_bytes),
        "memory_mib": str(memory_bytes // MIB),
        "heap_bytes": str(heap),
        "heap_mib": str(max(1, heap // MIB)),
        "heap_hex": f"{heap:x}",
    }


def _not_an_option(path: str) -> str:
    # A file named "-fplugin=x.so" must be a file to the compiler, not an option.
    return f"./{path}" if path.startswith(("-", "@")) else path


def _expand(pattern: str) -> list[Path]:
    return sorted(Path("/").glob(pattern.removeprefix("/")))


def _without_covered(reads: Sequence[ReadPath]) -> tuple[ReadPath, ...]:
    """Return the reads without those that lie within a folder which is read whole anyway."""
    whole = {read.source for read in reads if read.target is None}
    kept = [read for read in reads if read.target or not any(str(up) in whole for up in Path(read.source).parents)]
    return tuple(dict.fromkeys(kept))
