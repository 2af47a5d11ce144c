#: says = ["^Uid: 1000 1000 1000 1000$", "^Gid: 1000 1000 1000 1000$", "^Groups:$", "^CapInh: 0+$", "^CapPrm: 0+$", "^CapEff: 0+$", "^CapBnd: 0+$", "^CapAmb: 0+$", "^NoNewPrivs: 1$", "^Seccomp: 2$"]
#: rootless.says = ["^Uid: 1000 1000 1000 1000$", "^Gid: 1000 1000 1000 1000$", "^CapInh: 0+$", "^CapPrm: 0+$", "^CapEff: 0+$", "^CapBnd: 0+$", "^CapAmb: 0+$", "^NoNewPrivs: 1$", "^Seccomp: 2$"]
with open("/proc/self/status") as file:
    for line in file:
        if line.startswith(("Uid", "Gid", "Groups", "Cap", "NoNewPrivs", "Seccomp:")):
            print(*line.split())
