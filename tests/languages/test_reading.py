"""A definition is right, or the error names the file, the key and what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from runward.domain.limits import MIB
from runward.domain.outcome import Step
from runward.languages import DefinitionError, Registry
from runward.languages.reading import read_language

IDS = {language.id for language in Registry.load().languages}
CHECKS = """
[checks]
stdin = "read"
busy = "loop"
hungry = "eat"

[checks.invalid]
source = "wrong"
line = 1
"""


def test_thirty_five_languages_are_defined_and_each_has_programs_for_its_checks() -> None:
    languages = Registry.load().languages
    assert len(languages) == 35
    assert [language.id for language in languages if language.checks is None] == []


def test_a_definition_is_read_whole(definition: Callable[..., Path]) -> None:
    language = read_language(definition(more="\n[limits.run]\nmemory_mib = 64\ncpu_time_seconds = 1.5\n"))
    assert (language.id, language.aliases) == ("toy", ("plaything",))
    assert language.steps == (Step.RUN,)
    assert language.limits[Step.RUN].memory_bytes == 64 * MIB
    assert language.limits[Step.RUN].cpu_time == timedelta(seconds=1.5)
    assert language.limits[Step.RUN].processes is None


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ('id = "toy"', "", "id", "is missing"),
        ('id = "toy"', 'id = "Toy!"', "id", "lower-case"),
        ('name = "Toy"', "name = 7", "name", "must be a string"),
        ('extensions = [".toy"]', 'extensions = ["toy"]', "extensions", "each with its dot"),
        ('aliases = ["plaything"]', "aliases = [1]", "aliases", "list of strings"),
        ('source_name = "main.toy"', 'source_nam = "main.toy"', "source_name", "is missing"),
        ("newest = true", "newst = true", "toolchain[0].parts.toy.newst", "not a known key"),
        ("newest = true", "newest = 1", "toolchain[0].parts.toy.newest", "true or false"),
        ("toy (\\d+\\.\\d+)", "toy (", "toolchain[0].parts.toy.version.pattern", "not a regular expression"),
        ("toy (\\d+\\.\\d+)", "toy", "toolchain[0].parts.toy.version.pattern", "exactly one group"),
        ('parts = ["toy"]', 'parts = ["tot"]', "toolchain[0].run.parts", "is no part; parts are: toy"),
        ("share = 0.5", "share = 1.5", "toolchain[0].run.heap.share", "at most 1"),
        ("[toolchain.validate]", "[toolchain.validat]", "toolchain[0].validate", "say how to validate"),
        ("[[toolchain]]", "[[toolchains]]", "toolchain", "must be a list of tables: [[toolchain]]"),
        ("[[toolchain]]", 'warm = "hot"\n[[toolchain]]', "hello.warm", "not a known key"),
        (
            "[toolchain.validate]",
            '[toolchain.run.warm]\nkind = "hot"\n[toolchain.validate]',
            "toolchain[0].run.warm.kind",
            "one of fork, prestart",
        ),
        ("[[toolchain]]", "[[install]]\nwheels = ['x']\n[[toolchain]]", "install[0].into", "name the folder"),
        ("[[toolchain]]", "[[install]]\n[[toolchain]]", "install[0].apt", "exactly one of apt, wheels, npm"),
    ],
)
def test_a_wrong_definition_names_file_key_and_remedy(
    definition: Callable[..., Path], old: str, new: str, key: str, remedy: str
) -> None:
    path = definition((old, new))
    with pytest.raises(DefinitionError) as caught:
        read_language(path)
    assert caught.value.path == path
    assert caught.value.key == key
    assert remedy in caught.value.remedy
    assert str(path) in str(caught.value)


def test_programs_for_checks_are_read(definition: Callable[..., Path]) -> None:
    checks = read_language(definition(more=CHECKS)).checks
    assert checks is not None
    assert (checks.stdin, checks.busy, checks.hungry) == ("read", "loop", "eat")
    assert (checks.invalid.source, checks.invalid.line, checks.invalid.column) == ("wrong", 1, None)


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ('busy = "loop"', "", "checks.busy", "is missing"),
        ('busy = "loop"', 'buzy = "loop"\nbusy = "loop"', "checks.buzy", "is not a known key"),
        ("[checks.invalid]", "[checks.wrong]", "checks.invalid", "add the table [checks.invalid]"),
        ("line = 1", "", "checks.invalid.line", "is missing"),
        ("line = 1", "line = 0", "checks.invalid.line", "from one up"),
    ],
)
def test_programs_for_checks_are_there_all_or_none(
    definition: Callable[..., Path], old: str, new: str, key: str, remedy: str
) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_language(definition(more=CHECKS.replace(old, new)))
    assert caught.value.key == key
    assert remedy in caught.value.remedy


def test_what_is_no_toml_is_refused_with_its_place(definition: Callable[..., Path]) -> None:
    with pytest.raises(DefinitionError, match="line 2"):
        read_language(definition(('id = "toy"', "id = ")))


def test_a_name_that_is_taken_is_refused(definition: Callable[..., Path]) -> None:
    path = definition(('aliases = ["plaything"]', 'aliases = ["py"]'))
    with pytest.raises(DefinitionError, match="'py' already names python"):
        Registry.load([path.parent])


def test_an_extra_definition_needs_no_python(definition: Callable[..., Path]) -> None:
    extra = Registry.load([definition().parent])
    assert extra.get("plaything").id == "toy"
    assert {language.id for language in extra.languages} == IDS | {"toy"}
