"""Put a case into another kind of slot than the one that it is written for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from runward.domain.outcome import Outcome, Step
from runward.hostile.case import Case, companions

# The compiler is told to have its first part started by this script, in the compile step's slot; it makes the program
# there and runs it.  With the failure at the end the compile step is what decides, and no run follows.
_ATTACK = """
for compiler in gcc cc /usr/bin/gcc-[0-9]* /usr/local/bin/gcc; do command -v "$compiler" >/dev/null && break; done
"$compiler" -std=gnu17 -O1 -w -o /tmp/attack -x c /box/attack.txt -lm -lpthread || exit 1
/tmp/attack
status=$?
[ $status = 0 ] || echo "ended with $status"
exit 1
"""
_FLAGS = ("-wrapper", "/bin/sh,/box/attack.sh")
# What an interpreter must be started with to be the same; one that waits was started without it.
_ASIDE = {"python": {"PYTHONHASHSEED": "random"}}


def fits_compiler(case: Case, language: str) -> bool:
    """Tell whether a case of the run step means the same in a compile step: it asks for nothing and ends by itself."""
    plain = not case.request and case.repeat == 1 and case.attacks is Step.RUN
    expected = case.expected
    bound = (expected.refused, expected.artifacts, expected.stdout_bytes, expected.within)
    return language == "c" and plain and expected.exit_code == 0 and all(each is None for each in bound)


def fits_aside(case: Case, language: str) -> bool:
    """Tell whether a case can be given a request that no waiting interpreter takes, and mean the same."""
    return language in _ASIDE and case.attacks is Step.RUN and case.expected.refused is None


def into_compiler(case: Case) -> Case:
    """Return the case as one that attacks from within the compile step."""
    files = {path.name: path.read_text() for path in companions(case.source)}
    expected = replace(
        case.expected,
        step=Step.COMPILE,
        outcomes=(Outcome.COMPILE_ERROR,),
        exit_code=None,
        never=(*case.expected.never, "ESCAPED", "^cannot try", "^ended with"),
    )
    return replace(
        case,
        source="\nint main(void) { return 0; }\n",
        request={"files": {**files, "attack.txt": case.source, "attack.sh": _ATTACK}, "flags": list(_FLAGS)},
        expected=expected,
        attacks=Step.COMPILE,
    )


def aside(case: Case, language: str) -> Case:
    """Return the case with a request that no waiting interpreter takes."""
    environment: Mapping[str, str] = case.request.get("environment", {})
    return replace(case, request={**case.request, "environment": {**_ASIDE[language], **environment}})
