"""`script/bench`: the engine and the HTTP face beside a bare process, bare toolchains and the other sandboxes here.

Theory of operation.  A *contestant* (contestant.py) runs one *workload* (workload.py) in its own way; the *lineup*
(lineup.py) is all that take part.  The *schedule* (schedule.py) goes round all of them, a few runs each, again and
again, in an order drawn anew for every round, so that a noisy machine hurts all alike; then it does the same for windows
of several clients at once.  Every run's output and status are checked.  What was measured (sample.py) is held against
the *targets* (target.py), which are data, and against a saved run (baseline.py), and told (report.py, table.py).

A bare process, a bare toolchain and the peers are started by lean *workers* (worker.py): single-threaded interpreters of
their own, one for each client, that call posix_spawn (vfork inside, so their size costs nothing), read the output to its
end and reap.  The HTTP face is asked by the same workers over one kept-alive connection each.  The engine runs in this
process, as it does in the server, with one task for each client.

A bare toolchain (toolchain.py) does what the engine does for a source: it writes it into a new folder, compiles it with
the definition's own command and flags, without what a runtime prepares ahead, and runs it.  "First time" is a source that
nobody has compiled, for it holds a number of its own, and must print it; "again" is one source, beside its compiled program.

Reading: "p50 quiet" first: the median of the quarter of the rounds in which all contestants of that workload together
were quickest, each measured by its own usual time.  The numbers to reach are judged by these rounds.  Other work on the
machine widens the rest; the load before and after is part of the report.
"""
