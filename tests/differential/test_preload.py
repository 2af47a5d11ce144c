"""Libraries that an operator has loaded ahead: quick to import, and as if each run had imported them itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from runward.domain.limits import MIB, LimitRequest
from runward.engine import Engine, ExecutionSpec, InputFile, StepResult
from runward.settings import load_settings
from runward.wiring import open_engine

# What shows how a library was loaded: modules, their order and names, threads, and work that starts threads.
PROGRAMS = {
    "modules": "import sys, numpy\nprint(*sys.modules, sep='\\n')",
    "numbers": "import numpy as np\na = np.arange(250_000.0).reshape(500, 500)\nprint((a @ a.T).trace(), np.linalg.det(a[:3, :3]))",
    "threads": "import numpy as np, threading\nprint(threading.active_count(), len(np.fft.fft(np.ones(4096))))",
    "tables": "import pandas as pd\nprint(pd.DataFrame({'a': [1, 2, 2], 'b': [3, 4, 5]}).groupby('a').sum())",
    "pool": "import multiprocessing as m, numpy as np\nwith m.Pool(2) as p: print(p.map(np.sqrt, [4, 9]))",
    "seeded": "import numpy as np\nnp.random.seed(7)\nprint(np.random.rand(), np.random.default_rng(7).random())",
    "shadowed": "import numpy\nprint(numpy.value)",
}
RANDOM = {
    "the old generator": "import numpy\nprint(numpy.random.rand(4))",
    "a new generator": "import numpy\nprint(numpy.random.default_rng().random(4))",
    "a sample": "import pandas\nprint(list(pandas.Series(range(1000)).sample(10)))",
}


async def run(engine: Engine, source: str, **files: bytes) -> StepResult:
    sent = {"main.py": source.encode(), **{f"{name}.py": content for name, content in files.items()}}
    spec = ExecutionSpec(
        language="python",
        files=tuple(InputFile(path=path, content=content) for path, content in sent.items()),
        entry="main.py",
        limits=LimitRequest(memory_bytes=512 * MIB),
    )
    step = (await engine.run(spec)).run
    assert step is not None
    return step


@pytest.fixture(scope="module")
async def loaded() -> AsyncIterator[Engine]:
    async with open_engine(load_settings(RUNWARD_PRELOAD="python:numpy,python:pandas"), languages=["python"]) as engine:
        yield engine


@pytest.fixture(scope="module")
async def cold() -> AsyncIterator[Engine]:
    async with open_engine(load_settings(RUNWARD_WARM=False), languages=["python"]) as engine:
        yield engine


@pytest.mark.parametrize("name", PROGRAMS)
async def test_a_library_loaded_ahead_does_the_same(name: str, loaded: Engine, cold: Engine) -> None:
    files = {"numpy": b"value = 7\n"} if name == "shadowed" else {}

    warm, plain = await run(loaded, PROGRAMS[name], **files), await run(cold, PROGRAMS[name], **files)

    assert (warm.warm, plain.warm) == (True, False)
    assert (warm.outcome, warm.exit_code, warm.stdout, warm.stderr) == (
        *(plain.outcome, plain.exit_code, plain.stdout, plain.stderr),
    )
    assert warm.succeeded


@pytest.mark.parametrize("name", RANDOM)
async def test_numbers_drawn_by_a_library_loaded_ahead_never_repeat(name: str, loaded: Engine) -> None:
    drawn = [(await run(loaded, RANDOM[name])) for _ in range(3)]

    assert all(step.warm and step.succeeded for step in drawn)
    assert len({step.stdout for step in drawn}) == 3
