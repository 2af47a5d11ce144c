"""`script/bench`: the engine and the HTTP face beside a bare process and the other sandboxes of this machine.

Theory of operation.  A *contestant* (contestant.py) runs one *workload* (workload.py) in its own way.  The *schedule*
(schedule.py) goes round all of them in turn, a few runs each, again and again, so that a noisy machine hurts all alike;
then it does the same for windows of several clients at once.  Every run's output and status are checked.

A bare process and the peers are started by lean *workers* (worker.py): single-threaded interpreters of their own, one
for each client, that call posix_spawn (vfork inside, so their size costs nothing), read the output to its end and reap.
The HTTP face is asked by the same workers over one kept-alive connection each.  The engine runs in this process, as it
does in the server, with one task for each client.

Reading: "p50 quiet" first: the median of the quarter of the rounds that took everybody together the least time.  Other
work on the machine widens the rest; the load before and after is part of the report.
"""
