/* The wall: the seccomp filter, Landlock, capabilities.  Each holds without the others. */
#define _GNU_SOURCE
#include "core.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#error "the system call filter knows x86-64 and arm64 only"
#endif

/* Everything past this number came after the review: it does not exist for a guest. */
enum { LAST_REVIEWED = __NR_set_mempolicy_home_node };

/* Refused with EPERM whatever the arguments.  No program that a run is for needs one of them. */
static const int refused[] = {
    /* other namespaces, other roots */
    __NR_unshare, __NR_setns, __NR_mount, __NR_umount2, __NR_pivot_root, __NR_chroot, __NR_open_tree, __NR_move_mount,
    __NR_fsopen, __NR_fsconfig, __NR_fsmount, __NR_fspick, __NR_mount_setattr, __NR_name_to_handle_at,
    __NR_open_by_handle_at,
    /* other processes */
    __NR_ptrace, __NR_process_vm_readv, __NR_process_vm_writev, __NR_process_madvise, __NR_process_mrelease, __NR_kcmp,
    __NR_pidfd_getfd, __NR_migrate_pages, __NR_move_pages,
    /* large or often broken parts of the kernel */
    __NR_bpf, __NR_perf_event_open, __NR_userfaultfd, __NR_io_uring_setup, __NR_io_uring_enter, __NR_io_uring_register,
    __NR_fanotify_init, __NR_fanotify_mark, __NR_vmsplice, __NR_memfd_secret, __NR_mbind, __NR_set_mempolicy,
    __NR_get_mempolicy, __NR_set_mempolicy_home_node, __NR_lookup_dcookie, __NR_seccomp,
    /* keyrings outlive processes and are shared by uid */
    __NR_add_key, __NR_request_key, __NR_keyctl,
    /* the machine itself */
    __NR_init_module, __NR_finit_module, __NR_delete_module, __NR_kexec_load, __NR_reboot, __NR_swapon, __NR_swapoff,
    __NR_acct, __NR_quotactl, __NR_quotactl_fd, __NR_syslog, __NR_settimeofday, __NR_clock_settime, __NR_clock_adjtime,
    __NR_adjtimex, __NR_sethostname, __NR_setdomainname, __NR_vhangup, __NR_nfsservctl,
#ifdef __x86_64__
    __NR_kexec_file_load, __NR_iopl, __NR_ioperm, __NR_modify_ldt, __NR_uselib, __NR_ustat, __NR_sysfs, __NR__sysctl,
    __NR_create_module, __NR_get_kernel_syms, __NR_query_module, __NR_getpmsg, __NR_putpmsg, __NR_afs_syscall,
    __NR_tuxcall, __NR_security, __NR_vserver,
#endif
};

static struct sock_filter program[512];
static unsigned short program_length;

enum { ALLOW = SECCOMP_RET_ALLOW, KILL = SECCOMP_RET_KILL_PROCESS };
#define ERRNO(code) (SECCOMP_RET_ERRNO | (code))
#define LOW(n) (offsetof(struct seccomp_data, args) + 8 * (n))
#define HIGH(n) (LOW(n) + 4)

static void emit(unsigned short code, uint32_t k, unsigned char yes, unsigned char no) {
    program[program_length++] = (struct sock_filter){code, yes, no, k};
}
static void load(size_t offset) { emit(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0); }
static void answer(uint32_t action) { emit(BPF_RET | BPF_K, action, 0, 0); }
static void if_equal(uint32_t value, uint32_t action) {
    emit(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
    answer(action);
}
static void if_any_bit(uint32_t mask, uint32_t action) {
    emit(BPF_JMP | BPF_JSET | BPF_K, mask, 0, 1);
    answer(action);
}

/* Open the rules of one call; close_call() patches the jump over them. */
static unsigned short open_call(int number) {
    load(offsetof(struct seccomp_data, nr));
    emit(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 0);
    return (unsigned short)(program_length - 1);
}
static void close_call(unsigned short jump, uint32_t otherwise) {
    answer(otherwise);
    program[jump].jf = (unsigned char)(program_length - jump - 1);
}

static void filter_sockets(void) {
    unsigned short call = open_call(__NR_socket);
    load(LOW(0));
    if_equal(AF_UNIX, ALLOW);
    emit(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 3); /* getifaddrs() asks the routing family; the rest is surface */
    load(LOW(2));
    if_equal(0, ALLOW);
    load(LOW(0));
    emit(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 2, 0);
    emit(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 1, 0);
    answer(ERRNO(EAFNOSUPPORT));
    load(LOW(2)); /* not MPTCP, SCTP and the like, for which the kernel would load modules */
    if_equal(0, ALLOW);
    if_equal(6, ALLOW);
    if_equal(17, ALLOW);
    close_call(call, ERRNO(EPROTONOSUPPORT));
    call = open_call(__NR_socketpair);
    load(LOW(0));
    if_equal(AF_UNIX, ALLOW);
    close_call(call, ERRNO(EAFNOSUPPORT));
}

static void filter_arguments(void) {
    unsigned short call = open_call(__NR_clone);
    load(LOW(0));
    if_any_bit(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET,
               ERRNO(EPERM)); /* CLONE_NEWTIME shares its bit with the exit signal, and clone() ignores it */
    close_call(call, ALLOW);
    call = open_call(__NR_ioctl);
    load(LOW(1)); /* the low half alone: the kernel ignores the high one, which was a way around filters */
    if_equal(TIOCSTI, ERRNO(EPERM));
    if_equal(TIOCLINUX, ERRNO(EPERM));
    close_call(call, ALLOW);
    call = open_call(__NR_personality);
    load(LOW(0));
    if_equal(0, ALLOW);
    if_equal(0xffffffff, ALLOW);
    close_call(call, ERRNO(EPERM));
    /* A core limit of 1 is what keeps the kernel from starting the host's crash handler; 0 would not.  So a guest that
     * lowers it is told that it worked. */
    call = open_call(__NR_setrlimit);
    load(LOW(0));
    if_equal(RLIMIT_CORE, ERRNO(0));
    close_call(call, ALLOW);
    call = open_call(__NR_prlimit64);
    load(LOW(0)); /* with init of the same uid, prlimit() could shrink it */
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
    answer(ERRNO(EPERM));
    load(LOW(1));
    emit(BPF_JMP | BPF_JEQ | BPF_K, RLIMIT_CORE, 0, 6);
    load(LOW(2));
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3);
    load(HIGH(2));
    if_equal(0, ALLOW); /* no new value: it only asks */
    answer(ERRNO(0));   /* where a new value, seen three lines above, jumps to */
    close_call(call, ALLOW);
}

void prepare_filter(void) {
    load(offsetof(struct seccomp_data, arch));
    emit(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0);
    answer(KILL);
    load(offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
    emit(BPF_JMP | BPF_JSET | BPF_K, 0x40000000, 0, 1); /* x32 */
    answer(KILL);
#endif
    emit(BPF_JMP | BPF_JGT | BPF_K, LAST_REVIEWED, 0, 1);
    answer(ERRNO(ENOSYS));
    if_equal(__NR_clone3, ERRNO(ENOSYS)); /* its flags lie behind a pointer; libraries fall back to clone() */
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if_equal((uint32_t)refused[i], ERRNO(EPERM));
    filter_sockets();
    filter_arguments();
    answer(ALLOW);
}

void install_filter(void) {
    struct sock_fprog filter = {program_length, program};
    if (syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter))
        die("seccomp");
}

/* As of ABI 7; the headers of older systems know fewer rights. */
struct ruleset_attr {
    uint64_t files, network, scoped;
};
enum { RIGHTS_READ = 1 << 0 | 1 << 2 | 1 << 3, RIGHTS_DEVICE = 1 << 1 | 1 << 2 };

static uint64_t landlock_rights(int abi) {
    static const int highest[] = {0, 12, 13, 14, 14, 15};
    return (2ull << highest[abi < 5 ? abi : 5]) - 1;
}

static void landlock_allow(int ruleset, const char *path, uint64_t rights) {
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return;
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
    if (fd < 0 || syscall(__NR_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
        die(path);
    close(fd);
}

int landlock_ruleset(void) {
    static const char *const writable[] = {"/box", "/tmp", "/dev/shm"};
    static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
    int abi = (int)syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return -1;
    uint64_t all = landlock_rights(abi);
    struct ruleset_attr attr = {.files = all, .scoped = abi >= 6 ? 3 : 0}; /* abstract sockets, signals */
    int ruleset = (int)syscall(__NR_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset < 0)
        die("landlock");
    landlock_allow(ruleset, "/", RIGHTS_READ);
    for (size_t i = 0; i < sizeof writable / sizeof *writable; i++)
        landlock_allow(ruleset, writable[i], all);
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        landlock_allow(ruleset, devices[i], RIGHTS_DEVICE);
    return ruleset;
}

void landlock_enter(int ruleset) {
    if (ruleset >= 0 && syscall(__NR_landlock_restrict_self, ruleset, 0))
        die("landlock_restrict_self");
}

void drop_bounding_set(void) {
    for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
            die("capability bounding set");
    if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                                     SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED) ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        die("securebits");
}

void set_capabilities(uint64_t mask) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {
        {.effective = (uint32_t)mask, .permitted = (uint32_t)mask},
        {.effective = (uint32_t)(mask >> 32), .permitted = (uint32_t)(mask >> 32)},
    };
    if (syscall(__NR_capset, &header, data))
        die("capset");
}
