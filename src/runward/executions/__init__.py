"""The one lifecycle of an execution: submitted, claimed, streamed, finished, cancelled, reaped.

May import queue, accounts, engine, store and what is below.  Invariants: the row is the truth; a terminal state never
changes; only who holds the claim may finish it; a fault of the platform is never passed off as the program's.
"""
