"""Every layer is judged right, and mended by an exact command, on hosts that were recorded and on this one."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runward.sandbox import LayerStatus
from runward.sandbox.cgroup import CgroupsUnusable, open_tree
from runward.sandbox.cgroup.hierarchy import read_hierarchies
from runward.sandbox.cgroup.remedy import describe_fix
from runward.sandbox.probe import Host, Trials, judge, probe_host, run_trials
from runward.sandbox.probe import resources as probe_resources

HOSTS = Path(__file__).parent / "hosts"
IN_CONTAINER = "docker run --privileged --cgroupns=private …  # or outside of a container, which needs no privilege"

Load = Callable[[str], Host]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return what lays a recorded host out in a folder."""

    def lay_out(name: str) -> Host:
        recorded: dict[str, Any] = tomllib.loads((HOSTS / f"{name}.toml").read_text())
        for path, text in recorded.pop("files").items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.lstrip("\n"))
            file.chmod(0o755)
        for path, target in recorded.pop("links").items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).symlink_to(target)
        return Host(root=tmp_path, trials=Trials(**recorded.pop("trials")), **recorded)

    return lay_out


def test_ubuntu_with_restricted_user_namespaces_gets_a_profile_for_this_interpreter(load: Load) -> None:
    layers = judged(load("ubuntu_2404"))

    assert layers["user-namespaces"].status == "missing"
    assert "AppArmor" in layers["user-namespaces"].detail
    assert "profile runward /usr/bin/python3.12 flags=(unconfined)" in layers["user-namespaces"].fix
    assert layers["user-namespaces"].fix.endswith("sudo apparmor_parser -r /etc/apparmor.d/runward")
    assert {layers[name].fix for name in ("namespaces", "mounts", "proc")} == {layers["user-namespaces"].fix}
    assert [layers[name].status for name in ("kernel", "seccomp", "landlock", "core-dumps")] == ["ok"] * 4
    assert layers["uids"].fix == "sudo apt-get install uidmap"


def test_a_session_of_systemd_is_told_how_to_get_a_delegated_cgroup(load: Load) -> None:
    host = load("ubuntu_2404")

    fix = describe_fix(read_hierarchies(host.root / "proc"), root=host.root, uid=host.uid)

    assert fix == "systemd-run --user --scope --property=Delegate=yes -- runward serve"


def test_the_apparmor_profile_is_written_as_apparmor_reads_it(load: Load) -> None:
    fix = judged(load("ubuntu_2404"))["user-namespaces"].fix
    printed = subprocess.run(["sh", "-c", fix.split(" | ")[0]], check=True, capture_output=True, text=True).stdout

    assert printed == (
        "abi <abi/4.0>,\ninclude <tunables/global>\n"
        "profile runward /usr/bin/python3.12 flags=(unconfined) {\n  userns,\n}\n"
    )


def test_a_docker_container_is_told_the_options_that_it_needs(load: Load) -> None:
    host = load("docker")
    layers = judged(host)

    refused = ("kernel", "user-namespaces", "namespaces", "mounts", "proc", "uids")
    assert {name: layers[name].fix for name in refused} == dict.fromkeys(refused, IN_CONTAINER)
    assert layers["seccomp"].status == layers["landlock"].status == "ok"
    with pytest.raises(CgroupsUnusable, match="mounted read-only"):
        open_tree(name="test", proc=host.root / "proc")
    assert describe_fix(read_hierarchies(host.root / "proc"), root=host.root) == IN_CONTAINER


def test_a_container_that_lacks_only_its_proc_is_told_so(load: Load) -> None:
    proc = judged(load("docker_seccomp_unconfined"))["proc"]

    assert proc.status == "missing"
    assert "/proc/bus" in proc.detail
    assert proc.fix == "docker run --security-opt systempaths=unconfined …"


def test_a_virtual_machine_made_from_a_container_image_is_no_container(load: Load) -> None:
    host = load("docker")
    (host.root / "proc/self/ns/pid").unlink()
    (host.root / "proc/self/ns/pid").symlink_to("pid:[4026531836]")

    assert "docker" not in judged(host)["user-namespaces"].fix


def test_a_user_on_a_v1_host_gets_directories_in_each_hierarchy(load: Load) -> None:
    host = load("v1")
    fix = describe_fix(read_hierarchies(host.root / "proc"), root=host.root, uid=host.uid)

    directories = [f"/sys/fs/cgroup/{name}/user.slice/runward-65534" for name in ("pids", "memory", "cpu,cpuacct")]
    assert fix.startswith(f"for d in {' '.join(directories)}; do sudo mkdir -p $d")


def test_a_range_of_ids_is_suggested_that_nobody_has(load: Load) -> None:
    uids = judged(load("v1"))["uids"]

    assert uids.status == "missing"
    assert uids.fix == "sudo usermod --add-subuids 165536-231071 --add-subgids 165536-231071 nobody"


def test_little_memory_and_unaccounted_swap_are_degraded_not_missing(load: Load) -> None:
    layers = judged(load("v1"))

    assert layers["memory"].status == layers["swap"].status == "degraded"
    assert layers["memory"].detail == "only 200 MiB free"
    assert "swapaccount=0" in layers["swap"].fix


def test_a_crash_handler_of_the_host_is_named_and_harmless(load: Load) -> None:
    core_dumps = judged(load("v1"))["core-dumps"]

    assert core_dumps.status == "ok"
    assert "/usr/share/apport/apport" in core_dumps.detail


@pytest.mark.parametrize(
    ("sysctl", "value", "fix"),
    [
        ("user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=15000"),
        ("kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
    ],
)
def test_a_setting_that_forbids_user_namespaces_is_found(load: Load, sysctl: str, value: str, fix: str) -> None:
    host = load("ubuntu_2404")
    (host.root / "proc/sys" / sysctl).write_text(value)

    assert judged(host)["user-namespaces"].fix.startswith(f"sudo {fix} |")


def test_an_old_kernel_and_one_without_landlock_are_missing_layers(load: Load) -> None:
    host = load("v1")
    old = replace(host, kernel="5.4.0-190-generic", trials=replace(host.trials, landlock=0))
    layers = judged(old)

    assert layers["kernel"].detail == "Linux 5.4.0-190-generic; 5.12 is needed"
    assert layers["landlock"].status == "missing"
    assert "lsm=landlock," in layers["landlock"].fix


def test_a_clock_before_the_release_is_degraded(load: Load) -> None:
    assert probe_resources.judge_clock(load("v1"), now=0.0).status == "degraded"


@pytest.mark.parametrize("name", [path.stem for path in HOSTS.glob("*.toml")])
def test_every_fault_has_a_fix_and_what_is_ok_needs_none(load: Load, name: str) -> None:
    host = load(name)
    for layer in judge(host, disk=host.root):
        assert bool(layer.fix) == (layer.status != "ok"), layer


def test_this_host_is_probed_and_left_as_it_was() -> None:
    before = footprint()

    layers = probe_host()

    assert {layer.name: layer.status for layer in layers if layer.name in ("kernel", "seccomp", "landlock")} == {
        "kernel": "ok", "seccomp": "ok", "landlock": "ok",
    }  # fmt: skip
    assert footprint() == before


def test_namespaces_forbidden_for_real_are_found_out() -> None:
    """Run the trials where the kernel has no namespace left to give: below a user namespace that allows none."""
    attempt = Path(probe_resources.__file__).with_name("attempt.py")
    script = f"echo 0 > /proc/sys/user/max_net_namespaces; exec {sys.executable} -I -S {attempt}"
    done = subprocess.run(["unshare", "-Ur", "sh", "-c", script], check=True, capture_output=True, text=True)

    assert '"net": 28' in done.stdout  # ENOSPC is how the kernel says it
    assert '"uts": 0' in done.stdout
    assert run_trials().namespaces["net"] == 0


def judged(host: Host) -> dict[str, LayerStatus]:
    """Return the layers of a host that is not this one; making a cgroup there cannot be tried."""
    return {layer.name: layer for layer in judge(host, disk=host.root)}


def footprint() -> tuple[int, list[str], str]:
    """Return what a probe might leave: mounts, cgroups, descriptors."""
    mounts = Path("/proc/self/mountinfo").read_text()
    cgroups = [path for path, _, _ in os.walk("/sys/fs/cgroup") if f".{os.getpid()}." in path]
    return sum(1 for _ in Path("/proc/self/fd").iterdir()), cgroups, mounts
