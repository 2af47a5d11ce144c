"""`runward doctor` tells people and programs the same, and its exit status is whether the server would start."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from runward.cli.doctor import Report, allow_missing, doctor, examine, show
from runward.domain.errors import LayerMissing
from runward.languages import LanguageStatus
from runward.sandbox import LayerStatus, Sandbox, SupervisorSettings
from runward.sandbox.probe import probe_host
from runward.settings import load_settings

FIX = (
    "sudo sysctl -w user.max_user_namespaces=15000 | sudo tee -a /etc/sysctl.d/60-runward.conf  # and a long tail of it"
)
REPORT = Report(
    would_start=False,
    layers=(
        LayerStatus(name="kernel", status="ok", detail="Linux 6.18"),
        LayerStatus(name="cgroup", status="missing", detail="/sys/fs/cgroup/" + "a" * 90, fix="mend-cgroup"),
        LayerStatus(name="namespaces", status="missing", detail="refused", fix=FIX),
        LayerStatus(name="mounts", status="missing", detail="refused [here]", fix=FIX),
        LayerStatus(name="memory", status="degraded", detail="only 200 MiB free", fix="free-memory"),
    ),
    languages=(
        LanguageStatus(
            id="rust", name="Rust", aliases=("rs",), extensions=(".rs",), version=None, toolchain=None, available=False,
            reason="rustc was not found", install="runward languages install rust",
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize("width", [40, 80, 120])
def test_commands_are_whole_lines_at_any_width(width: int) -> None:
    lines = shown(width).splitlines()

    for command in ("mend-cgroup", FIX, "free-memory", "runward languages install rust"):
        assert f"  {command}" in lines


def test_one_command_for_several_layers_is_shown_once() -> None:
    text = shown(80)

    assert text.count(FIX) == 1
    assert "To mend namespaces, mounts:" in text


def test_what_was_found_is_never_cut_nor_taken_for_markup() -> None:
    text = shown(80)

    assert "…" not in text
    assert "refused [here]" in text
    assert "".join(text.split()).count("a" * 90) == 1


def test_going_without_is_offered_only_where_it_would_help() -> None:
    cgroup_only = replace(REPORT, layers=tuple(layer for layer in REPORT.layers if layer.fix != FIX))

    offer = "  RUNWARD_ALLOW_MISSING_LAYERS=cgroup runward serve"
    assert offer in shown(80, cgroup_only).splitlines()
    assert offer not in shown(80).splitlines()


def test_json_and_exit_status_tell_whether_the_server_would_start() -> None:
    app = typer.Typer()
    app.command()(doctor)

    done = CliRunner().invoke(app, ["--json"])

    report = json.loads(done.stdout)
    assert done.exit_code == (0 if report["would_start"] else 1)
    assert report["would_start"] == all(layer["status"] != "missing" for layer in report["layers"])
    assert {"kernel", "seccomp", "landlock", "cgroup", "uids", "memory", "disk"} <= {
        layer["name"] for layer in report["layers"]
    }
    assert {"python", "rust"} <= {language["id"] for language in report["languages"]}
    assert [tier["name"] for tier in report["tiers"]] == (["runsc", "crun", "runc"] if report["would_start"] else [])


async def test_the_probes_agree_with_the_supervisor() -> None:
    missing = [layer for layer in probe_host() if layer.status == "missing"]
    sandbox = Sandbox(SupervisorSettings(kinds=(), ready_slots=0))
    try:
        await sandbox.open()
    except LayerMissing:
        assert missing
    else:
        assert not missing
    finally:
        await sandbox.close()


def test_a_missing_layer_that_is_allowed_is_degraded_and_no_other() -> None:
    settings = load_settings(RUNWARD_ALLOW_MISSING_LAYERS="cgroup,namespaces,kernel")

    layers = {layer.name: layer for layer in allow_missing(REPORT.layers, settings)}

    assert {name: layer.status for name, layer in layers.items()} == {
        "kernel": "ok", "cgroup": "degraded", "namespaces": "missing", "mounts": "missing", "memory": "degraded",
    }  # fmt: skip
    assert layers["cgroup"].detail.endswith("RUNWARD_ALLOW_MISSING_LAYERS allows to go without")


def test_a_tier_that_is_absent_comes_with_the_command_that_brings_it() -> None:
    absent = LayerStatus(name="runsc", status="missing", detail="not installed", fix="apt-get install runsc")
    text = shown(80, replace(REPORT, tiers=(absent,)))

    assert "To add the tier runsc, on Debian 12:" in text.splitlines()
    assert "  apt-get install runsc" in text.splitlines()


def test_this_host_is_examined_whole() -> None:
    report = examine(load_settings())

    assert {tier.name: tier.status for tier in report.tiers} in ({}, dict.fromkeys(("runsc", "crun", "runc"), "ok"))

    assert report.would_start == all(layer.status != "missing" for layer in report.layers)
    assert (report.layers[-1].name == "slot") == report.would_start


def shown(width: int, report: Report = REPORT) -> str:
    """Return the report as a terminal of this width shows it."""
    output = io.StringIO()
    show(report, Console(file=output, width=width))
    return output.getvalue()
