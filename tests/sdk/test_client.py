"""Every call of the client, with asyncio and without, to a real server."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from runward.sdk import (
    Client,
    Conflict,
    ErrorEvent,
    ExecutionStatus,
    File,
    LimitRequest,
    NotFound,
    Outcome,
    OutputEvent,
    RequestRefused,
    ResultEvent,
    StatusEvent,
    Step,
    StepEvent,
    Terminal,
    TooLarge,
    WaitTimeout,
)

NOBODY = UUID(int=0)
ECHO = "for line in iter(input, 'end'): print('got', line, flush=True)"
FOREVER = "import time\nprint('here', flush=True)\ntime.sleep(60)"


def test_run_gives_the_program_all_that_is_sent_and_returns_all_that_came_of_it(client: Client) -> None:
    code = (
        "import os, subprocess, sys\n"
        "print(input(), sys.argv[1:], os.environ['COLOUR'], open('data.bin', 'rb').read(), open('a/b.txt').read())\n"
        "print(open('main.sh').read() != '' and os.access('main.sh', os.X_OK), os.access('data.bin', os.X_OK))\n"
        "open('out.bin', 'wb').write(b'\\xff\\x00')\n"
        "print('bad', file=sys.stderr)\n"
        "sys.exit(3)\n"
    )
    execution = client.run(
        "python",
        code,
        stdin="Ada\n",
        arguments=["-v", "two words"],
        environment={"COLOUR": "blue"},
        files={"data.bin": b"\xfe", "a/b.txt": "text", "main.sh": File(content="#!/bin/sh\n", executable=True)},
        artifacts=["*.bin"],
        limits=LimitRequest(cpu_time=timedelta(seconds=5), memory_bytes=64 * 1024 * 1024),
    )

    assert execution.stdout == "Ada ['-v', 'two words'] blue b'\\xfe' text\nTrue False\n"
    assert execution.stderr == "bad\n"
    assert (execution.status, execution.outcome, execution.exit_code) == (ExecutionStatus.FAILED, Outcome.EXITED, 3)
    assert {each.path: each.content for each in execution.artifacts}["out.bin"] == b"\xff\x00"
    assert not execution.succeeded


def test_run_leaves_nothing_on_the_server(client: Client) -> None:
    before = client.sessions.list()

    execution = client.run("python", "print(1)")

    assert client.sessions.list() == before
    with pytest.raises(NotFound):
        client.executions.get(execution.execution_id)


def test_run_ends_the_program_when_patience_is_over(client: Client) -> None:
    before = client.sessions.list()

    with pytest.raises(WaitTimeout):
        client.run("python", FOREVER, timeout_seconds=0.5)

    assert client.sessions.list() == before


def test_output_that_is_no_text_comes_byte_for_byte(client: Client) -> None:
    every = bytes(range(256))

    execution = client.run("python", "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", stdin=every)

    assert execution.written("stdout") == every


def test_a_limit_is_told_of_and_is_not_what_the_program_wrote(client: Client) -> None:
    code = "import sys, time; print('busy', file=sys.stderr, flush=True); time.sleep(60)"
    execution = client.run("python", code, limits=LimitRequest(wall_time=timedelta(seconds=1)))

    assert execution.status is ExecutionStatus.TIMEOUT
    assert "1 s" in execution.stderr
    assert execution.written("stderr").rstrip() == b"busy"


def test_what_does_not_compile_tells_the_compilers_words(client: Client) -> None:
    execution = client.run("c", "int main(void) { return x; }")

    assert execution.outcome is Outcome.COMPILE_ERROR
    assert execution.compile is not None
    assert "undeclared" in execution.compile.stderr
    assert execution.written("stderr") == b""


def test_session_is_saved_listed_and_deleted(client: Client) -> None:
    session = client.sessions.create("py", "print(1)", files={"lib.py": "x = 1"}, entry="app.py")
    state = client.sessions.save(session.id, "print(2)")
    found = client.sessions.get(session.id)
    listed = client.sessions.list(limit=1)
    client.sessions.delete(session.id)

    assert (session.status, state.id) == ("ACTIVE", session.id)
    assert (found.language, found.source_code, found.files) == ("python", "print(2)", {"lib.py": "x = 1"})
    assert (found.entry, found.created_at.utcoffset()) == ("app.py", timedelta(0))
    assert [each.id for each in listed] == [session.id]
    with pytest.raises(NotFound) as caught:
        client.sessions.get(session.id)
    assert (caught.value.status, caught.value.code) == (404, "session_not_found")
    assert caught.value.correlation_id


def test_versions_are_kept_compared_and_restored(client: Client) -> None:
    session = client.sessions.create("python", "print(1)\n")
    first = client.sessions.keep(session.id, "the first")
    client.sessions.save(session.id, "print(2)\n")
    second = client.sessions.keep(session.id)
    diff = client.sessions.diff(session.id, first.version, second.version)
    restored = client.sessions.restore(session.id, first.version)

    assert "-print(1)\n+print(2)\n" in diff
    assert client.sessions.version(session.id, restored.version).source_code == "print(1)\n"
    assert client.sessions.get(session.id).source_code == "print(1)\n"
    assert [each.version for each in client.sessions.versions(session.id)] == [3, 2, 1]
    assert [each.message for each in client.sessions.versions(session.id, before=2)] == ["the first"]


def test_executions_are_waited_for_and_listed(client: Client) -> None:
    session = client.sessions.create("python", "print(input())")
    runs = [client.sessions.run(session.id, stdin=word) for word in ("one", "two")]
    ended = [run.wait(60).stdout for run in runs]
    again = [client.executions.wait(run.execution_id, 60).stdout for run in runs]
    newest = client.sessions.executions(session.id)
    older = client.sessions.executions(session.id, before=runs[1].execution_id)

    assert ended == again == ["one\n", "two\n"]
    assert [each.execution_id for each in newest] == [run.execution_id for run in reversed(runs)]
    assert [each.execution_id for each in older] == [runs[0].execution_id]


def test_waiting_ends_when_patience_does_and_cancelling_ends_the_program(client: Client) -> None:
    session = client.sessions.create("python", FOREVER)
    run = client.sessions.run(session.id)

    assert next(iter(run.output())) == "here\n"
    with pytest.raises(WaitTimeout):
        run.wait(0.1)
    cancelled = client.executions.cancel(run.execution_id)

    assert (cancelled.status, cancelled.stdout) == (ExecutionStatus.CANCELLED, "here\n")
    assert run.cancel() == cancelled


def test_events_tell_the_course_of_a_run_and_go_on_after_any_of_them(client: Client) -> None:
    session = client.sessions.create("c", '#include <stdio.h>\nint main(void) { puts("hi"); return 0; }\n')
    run = client.sessions.run(session.id)
    events = [each for each in run.events() if not isinstance(each, StatusEvent)]
    rest = list(client.executions.events(run.execution_id, after=events[1].position))

    steps = [each.step for each in events if isinstance(each, StepEvent)]
    output = [each for each in events if isinstance(each, OutputEvent)]
    last = events[-1]
    assert steps == [Step.COMPILE, Step.RUN]
    assert [(each.stream, each.text, each.data) for each in output] == [("stdout", "hi\n", b"hi\n")]
    assert isinstance(last, ResultEvent)
    assert last.execution == run.get()
    assert rest == events[2:]


def test_artifacts_are_fetched_by_their_paths(client: Client) -> None:
    code = "import os\nos.mkdir('d')\nopen('d/ä b.txt', 'w').write('x')"
    session = client.sessions.create("python", code)
    run = client.sessions.run(session.id, artifacts=["d/*"])
    (artifact,) = run.wait(60).artifacts

    assert run.artifact(artifact.path) == b"x" == client.executions.artifact(run.execution_id, artifact.path)
    with pytest.raises(NotFound):
        run.artifact("d/other")


def test_live_connection_carries_input_and_output_in_turn(client: Client) -> None:
    session = client.sessions.create("python", ECHO)
    run = client.sessions.run(session.id, interactive=True)
    heard = ""
    with run.connect() as live:
        live.send("one\n")
        for event in live:
            if not isinstance(event, OutputEvent):
                continue
            heard += event.text
            if heard == "got one\n":
                live.send(b"two\n")
            elif heard == "got one\ngot two\n":
                live.send("end\n")
        live.send("to nobody")

    assert heard == "got one\ngot two\n"
    assert run.get().succeeded


def test_live_input_may_be_long_and_ends_with_eof(client: Client) -> None:
    session = client.sessions.create("python", "import sys; print(len(sys.stdin.buffer.read()))")
    run = client.sessions.run(session.id, interactive=True)
    with run.connect() as live:
        live.send("ä" * 100_000)
        live.send(b"\xff" * 100_000)
        live.eof()
        (last,) = [each for each in live if isinstance(each, ResultEvent)]

    assert last.execution.stdout == "300000\n"


def test_live_connection_cancels(client: Client) -> None:
    session = client.sessions.create("python", FOREVER)
    run = client.sessions.run(session.id)
    with run.connect() as live:
        for event in live:
            if isinstance(event, OutputEvent):
                live.cancel()

    assert run.get().status is ExecutionStatus.CANCELLED


def test_live_connection_can_be_made_anew_where_one_left_off(client: Client) -> None:
    session = client.sessions.create("python", ECHO)
    run = client.sessions.run(session.id, interactive=True)
    with run.connect() as live:
        live.send("one\n")
        next(each for each in live if isinstance(each, OutputEvent))
    with run.connect(after=live.position) as live:
        live.send("end\n")
        kinds = [type(each) for each in live]

    assert kinds == [ResultEvent]


def test_input_that_was_fixed_is_not_added_to(client: Client) -> None:
    session = client.sessions.create("python", FOREVER)
    run = client.sessions.run(session.id)
    with run.connect() as live:
        live.send("too late")
        refused = next(each for each in live if isinstance(each, ErrorEvent))
    run.cancel()

    assert "interactive" in refused.detail


def test_a_program_in_a_terminal_is_told_its_size_and_its_signals(client: Client) -> None:
    code = (
        "import os, signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})\n"
        "print(os.isatty(0), os.get_terminal_size()[:], flush=True)\n"
        "signal.sigwait({signal.SIGUSR1})\n"
        "print('told', os.get_terminal_size()[:], flush=True)\n"
        "os._exit(3)\n"
    )
    session = client.sessions.create("python", code)
    run = client.sessions.run(session.id, terminal=Terminal(rows=30, columns=100))
    output = ""
    with run.connect() as live:
        for event in live:
            if isinstance(event, OutputEvent):
                output += event.text
            if output == "True (100, 30)\r\n":
                live.resize(40, 120)
                live.signal("USR1")

    assert output == "True (100, 30)\r\ntold (120, 40)\r\n"
    assert run.get().exit_code == 3


def test_live_connection_to_nothing_is_not_found(client: Client) -> None:
    with pytest.raises(NotFound), client.executions.follow(NOBODY).connect():
        pass


def test_the_same_key_means_the_same_execution(client: Client) -> None:
    session = client.sessions.create("python", "print(1)")
    first = client.sessions.run(session.id, idempotency_key="k1" + str(session.id))
    again = client.sessions.run(session.id, idempotency_key="k1" + str(session.id))

    assert first.execution_id == again.execution_id
    with pytest.raises(Conflict):
        client.sessions.run(session.id, idempotency_key="k1" + str(session.id), stdin="other")


def test_refusals_say_what_to_change(client: Client) -> None:
    session = client.sessions.create("python", "print(1)")

    with pytest.raises(TooLarge, match="50 KiB"):
        client.sessions.save(session.id, "#" * 60_000)
    with pytest.raises(NotFound, match="there is no language"):
        client.run("klingon", "")
    with pytest.raises(RequestRefused) as caught:
        client.sessions.run(session.id, priority=99)
    assert [(each.field, each.code) for each in caught.value.errors] == [("body.priority", "less_than_equal")]


def test_health_and_languages(client: Client) -> None:
    python = next(each for each in client.languages() if each.id == "python")

    assert client.health().status == "healthy"
    assert python.available
    assert ".py" in python.extensions
