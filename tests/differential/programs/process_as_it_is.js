console.log(Object.getOwnPropertyNames(process).sort(), process.eventNames(), Object.keys(process.features), process.versions, process.release, process.config.variables.napi_build_version);
console.log(process.cwd(), process.umask(), process.getuid(), process.getgroups(), process.ppid, process.stdin.fd, process.connected, process.exitCode);
console.log(process.listeners("exit"), process.rawListeners("warning"), process.getActiveResourcesInfo());
