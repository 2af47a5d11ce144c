//: exit_code = 5
//: says = ["^parent: 1$"]
console.log(`parent: ${process.ppid}`);
for (const signal of ["SIGKILL", "SIGSTOP", "SIGTERM", "SIGINT", "SIGUSR1", "SIGCHLD", "SIGSEGV", "SIGABRT"]) {
  for (const pid of [process.ppid, 1, -1 * process.ppid]) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!["EPERM", "ESRCH"].includes(error.code)) console.log(`ESCAPED: ${error}`);
    }
  }
}
process.exit(5);
