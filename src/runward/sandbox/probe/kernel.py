"""Layers that the kernel alone decides on: its version, namespaces, mounts, seccomp, Landlock."""

from __future__ import annotations

import errno
import os
import platform
import re

from runward.sandbox.cgroup.remedy import IN_CONTAINER, is_container
from runward.sandbox.layer import LayerStatus
from runward.sandbox.probe.host import Host

# mount_setattr, the youngest call that the sandbox cannot do without.
_NEEDED_KERNEL = (5, 12)
_MACHINES = ("x86_64", "aarch64")


def judge_kernel(host: Host) -> LayerStatus:
    """Tell whether the kernel has the calls that the sandbox is made of."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", host.kernel)[:2])
    if platform.machine() not in _MACHINES:
        detail = f"Linux on {platform.machine()}; the system call filter knows {' and '.join(_MACHINES)} only"
        return LayerStatus(
            name="kernel", status="missing", detail=detail, fix="use a machine with an x86-64 or arm64 processor"
        )
    if numbers < _NEEDED_KERNEL:
        needed = ".".join(map(str, _NEEDED_KERNEL))
        fix = f"{host.sudo}apt-get install linux-image-generic || {host.sudo}apt-get install linux-image-amd64; reboot"
        return LayerStatus(name="kernel", status="missing", detail=f"Linux {host.kernel}; {needed} is needed", fix=fix)
    if host.trials.calls:
        detail = f"Linux {host.kernel}, but clone3 or openat2 is refused: {os.strerror(host.trials.calls)}"
        return LayerStatus(name="kernel", status="missing", detail=detail, fix=_filtered_fix(host))
    return LayerStatus(name="kernel", status="ok", detail=f"Linux {host.kernel}")


def judge_user_namespaces(host: Host) -> LayerStatus:
    """Tell whether a user namespace can be made, and gives power over what is made in it."""
    error = host.trials.user
    if error == 0:
        return LayerStatus(name="user-namespaces", status="ok", detail="can be made")
    detail, fix = _explain_user_namespaces(host, error)
    return LayerStatus(name="user-namespaces", status="missing", detail=detail, fix=fix)


def judge_namespaces(host: Host) -> LayerStatus:
    """Tell whether every other kind of namespace can be made."""
    failed = {name: error for name, error in host.trials.namespaces.items() if error}
    if not failed:
        return LayerStatus(name="namespaces", status="ok", detail=" ".join(host.trials.namespaces))
    detail = ", ".join(f"{name}: {os.strerror(error)}" for name, error in failed.items())
    return LayerStatus(name="namespaces", status="missing", detail=detail, fix=_namespaces_fix(host, set(failed)))


def judge_mounts(host: Host) -> LayerStatus:
    """Tell whether a read-only root of its own can be built for a slot."""
    error = host.trials.mounts
    if error == 0:
        return LayerStatus(name="mounts", status="ok", detail="private, read-only, by open_tree and fsopen")
    return LayerStatus(
        name="mounts",
        status="missing",
        detail=f"a private root cannot be built: {os.strerror(error)}",
        fix=_fix_below(host),
    )


def judge_proc(host: Host) -> LayerStatus:
    """Tell whether a slot can have a /proc of its own; a container whose /proc is masked forbids it."""
    error = host.trials.proc
    if error == 0:
        return LayerStatus(name="proc", status="ok", detail="a private /proc, other processes hidden")
    detail = f"a private /proc cannot be mounted: {os.strerror(error)}"
    masked = _mounts_over_proc(host)
    if error == errno.EPERM and masked and host.trials.user == 0:
        detail += f"; parts of ours are covered ({', '.join(masked[:3])})"
        return LayerStatus(
            name="proc", status="missing", detail=detail, fix="docker run --security-opt systempaths=unconfined …"
        )
    return LayerStatus(name="proc", status="missing", detail=detail, fix=_fix_below(host))


def judge_seccomp(host: Host) -> LayerStatus:
    """Tell whether system calls can be filtered."""
    if host.trials.seccomp == 0:
        return LayerStatus(name="seccomp", status="ok", detail="system calls can be filtered")
    detail = f"a filter cannot be installed: {os.strerror(host.trials.seccomp)}"
    return LayerStatus(name="seccomp", status="missing", detail=detail, fix="use a kernel with CONFIG_SECCOMP_FILTER=y")


def judge_landlock(host: Host) -> LayerStatus:
    """Tell whether Landlock, the second wall around files, is there."""
    if host.trials.landlock > 0:
        return LayerStatus(name="landlock", status="ok", detail=f"interface version {host.trials.landlock}")
    modules = host.read("sys/kernel/security/lsm")
    if is_container(host.root):
        return LayerStatus(
            name="landlock", status="missing", detail="refused by the container's filter, or not in the host's kernel",
            fix="docker run --security-opt seccomp=unconfined …",
        )  # fmt: skip
    order = f"landlock,{modules}" if modules else "landlock,lockdown,yama,integrity,apparmor"
    fix = (
        f"""{host.sudo}sed -i 's/^GRUB_CMDLINE_LINUX="/&lsm={order} /' /etc/default/grub"""
        f" && {host.sudo}update-grub && {host.sudo}reboot"
    )
    return LayerStatus(
        name="landlock", status="missing", detail="not in this kernel, or not switched on at boot", fix=fix
    )


def _explain_user_namespaces(host: Host, error: int) -> tuple[str, str]:
    refused = os.strerror(error)
    if is_container(host.root):
        return f"refused in this container: {refused}", IN_CONTAINER
    if host.read_sysctl("user.max_user_namespaces") == "0":
        return "switched off: user.max_user_namespaces is 0", _set_sysctl(host, "user.max_user_namespaces=15000")
    if host.read_sysctl("kernel.unprivileged_userns_clone") == "0" and not host.trials.rootful:
        detail = "only for root: kernel.unprivileged_userns_clone is 0"
        return detail, _set_sysctl(host, "kernel.unprivileged_userns_clone=1")
    if host.read_sysctl("kernel.apparmor_restrict_unprivileged_userns") == "1" and not host.trials.rootful:
        detail = "powerless: AppArmor restricts them (kernel.apparmor_restrict_unprivileged_userns is 1)"
        return detail, _apparmor_profile(host)
    if error in (errno.ENOSYS, errno.EINVAL):
        return f"not in this kernel: {refused}", "use a kernel with CONFIG_USER_NS=y"
    return f"refused: {refused}", _filtered_fix(host)


def _apparmor_profile(host: Host) -> str:
    """Return what allows user namespaces to the interpreter that runs us, and to nothing else."""
    profile = f"abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile runward {host.python} flags=(unconfined) {{\\n  userns,\\n}}\\n"
    return f"printf '{profile}' | sudo tee /etc/apparmor.d/runward && sudo apparmor_parser -r /etc/apparmor.d/runward"


def _set_sysctl(host: Host, assignment: str) -> str:
    # `sysctl -w` prints the assignment; the file keeps it over the next boot.
    return f"{host.sudo}sysctl -w {assignment} | {host.sudo}tee -a /etc/sysctl.d/60-runward.conf"


def _namespaces_fix(host: Host, failed: set[str]) -> str:
    for name in sorted(failed):
        setting = f"user.max_{name}_namespaces"
        if host.read_sysctl(setting) == "0":
            return _set_sysctl(host, f"{setting}=15000")
    return _fix_below(host)


def _fix_below(host: Host) -> str:
    """Return the fix of user namespaces where a layer fails for want of them only, else that of a filter."""
    if host.trials.user and not host.trials.rootful:
        return _explain_user_namespaces(host, host.trials.user)[1]
    return _filtered_fix(host)


def _filtered_fix(host: Host) -> str:
    if is_container(host.root):
        return IN_CONTAINER
    filtered = re.search(r"^Seccomp:\s*2$", host.read("proc/self/status") or "", re.MULTILINE)
    if filtered and host.has_systemd:
        return (
            f"{host.sudo}systemctl edit runward  # [Service] RestrictNamespaces=no SystemCallFilter= NoNewPrivileges=no"
        )
    if filtered:
        return "start it outside of the program whose seccomp filter it has inherited"
    return "start it outside of a chroot, with a kernel that has CONFIG_NAMESPACES=y"


def _mounts_over_proc(host: Host) -> list[str]:
    lines = (host.read("proc/self/mountinfo") or "").splitlines()
    return [point for line in lines if (point := line.split(" ")[4]).startswith("/proc/")]
