#: answers = { "core_pattern modprobe hostname binfmt_register sysrq_trigger uevent_helper kcore kmsg kallsyms keys timer_list sched_debug scsi acpi cgroup_release_agent cgroup_procs irq bus fs efi" = "ENOENT|EACCES|EPERM|EROFS|EIO" }
from attempt import attempt


def write(path):
    with open(path, "w") as file:
        file.write("1\n")


def read(path):
    with open(path, "rb") as file:
        file.read(64)


for path in (
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/modprobe",
    "/proc/sys/kernel/hostname",
    "/sys/kernel/uevent_helper",
):
    attempt(path.rsplit("/", 1)[-1], lambda path=path: write(path))
attempt("binfmt_register", lambda: write("/proc/sys/fs/binfmt_misc/register"))
attempt("sysrq_trigger", lambda: write("/proc/sysrq-trigger"))
attempt("cgroup_release_agent", lambda: write("/sys/fs/cgroup/memory/release_agent"))
attempt("cgroup_procs", lambda: write("/sys/fs/cgroup/cgroup.procs"))
attempt("irq", lambda: write("/proc/irq/default_smp_affinity"))
attempt("bus", lambda: read("/proc/bus/pci/devices"))
attempt("fs", lambda: read("/proc/fs/jbd2"))
attempt("efi", lambda: read("/sys/firmware/efi/runtime"))
attempt("scsi", lambda: write("/proc/scsi/scsi"))
attempt("acpi", lambda: write("/proc/acpi/wakeup"))
for name in ("kcore", "kmsg", "kallsyms", "keys", "timer_list", "sched_debug"):
    attempt(name, lambda name=name: read(f"/proc/{name}"))
