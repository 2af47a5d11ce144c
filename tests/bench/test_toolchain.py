"""A definition's commands outside of the box."""

from __future__ import annotations

from pathlib import Path

from bench.hello import hello_from, new_name
from bench.inputs import of_input
from bench.toolchain import BareHost, InBwrap
from runward.domain.limits import LimitRequest
from runward.languages import ReadPath, Registry, StepCommand

COMMAND = StepCommand(
    argv=("/opt/runward/go/bin/go", "build", "-o", "main"),
    environment={"HOME": "/tmp", "GOCACHE": "/tmp/go-cache", "WORK": "/box", "LANG": "C.UTF-8"},
    reads=(ReadPath(source="/usr/lib"), ReadPath(source="/tmp/own/go", target="/opt/runward/go")),
    limits=LimitRequest(),
)


def test_the_bare_host_has_the_toolchain_where_it_lies_and_its_cache_in_a_folder_of_the_benchmark() -> None:
    order = BareHost().order(COMMAND, folder="/work/1", scratch="/work/scratch")

    assert order.argv == ("/tmp/own/go/bin/go", "build", "-o", "main")
    assert order.environment == {
        "HOME": "/work/scratch",
        "GOCACHE": "/work/scratch/go-cache",
        "WORK": "/work/1",
        "LANG": "C.UTF-8",
    }


def test_in_bubblewrap_a_command_is_as_in_the_box_and_sees_what_it_reads() -> None:
    order = InBwrap("/usr/bin/bwrap", version="1").order(COMMAND, folder="/work/1", scratch="/work/scratch")
    text = " ".join(order.argv)

    assert order.argv[-4:] == COMMAND.argv
    assert order.environment == COMMAND.environment
    assert "--ro-bind /tmp/own/go /opt/runward/go" in text
    assert "--bind /work/scratch /tmp --bind /work/1 /box --chdir /box" in text


def test_a_hello_of_another_name_prints_that_name() -> None:
    registry = Registry.load(cache_dir=None)

    for language in ("cpp", "java", "typescript", "go", "rust", "csharp", "javascript"):
        one, other = (hello_from(registry.get(language), new_name()) for _ in range(2))
        assert one.text != other.text
        assert one.output != other.output
        assert one.name == other.name == registry.get(language).source_name


def test_the_result_of_an_input_is_that_of_the_programs_loop() -> None:
    number = 7
    for _ in range(1000):
        number = (number * 48_271 + 11) % 2_147_483_647

    assert of_input(7, 1000).output == f"{number}\n"


def test_the_benchmarks_own_definition_can_be_read() -> None:
    definitions = Path(__file__).parents[2] / "bench" / "definitions"

    assert Registry.load([definitions], cache_dir=None).get("true").hello.stdout == ""
