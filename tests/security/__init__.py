"""The hostile suite: programs that try to break out, each with the promise that holds against it in its name.

``cases/<class>/<promise>.<ext>`` is a whole program.  Its first lines, marked ``//:`` or ``#:``, are TOML and say how it is
run and what must come of it (`case.py` knows every key).  A program proves that it tried: it prints what the kernel
answered, and ``ESCAPED: ...`` where it got what it must not have.  Every case goes through the real engine, and after
every case the host is looked at from outside (`footprint.py`, `canary.py`) and the next hello-world must be right.

To add a case, add a file.  `test_hostile.py` runs them as whoever started pytest, `test_as_user.py` runs them again as an
ordinary user, and `in_vm.sh` runs them in a machine whose only cgroup hierarchy is v2.
"""
