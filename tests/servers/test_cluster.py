"""What the all-in-one server promises, its parts keep as processes of their own: the same acceptance tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.acceptance.conftest import HIGH
from tests.servers.cluster import Cluster

ROOT = Path(__file__).parents[2]


def test_acceptance_tests_pass_against_separate_processes() -> None:
    with Cluster(settings=HIGH) as cluster, Cluster() as with_defaults:
        deployments = {
            "RUNWARD_ACCEPTANCE_URL": cluster.urls[0],
            "RUNWARD_ACCEPTANCE_DEFAULTS_URL": with_defaults.urls[0],
        }
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/acceptance"],
            cwd=ROOT,
            env={**os.environ, **deployments, "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-2000:]
