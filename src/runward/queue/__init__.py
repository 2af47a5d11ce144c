"""What wakes those who wait: that there is work, that a run is to end, that one has ended.

May import store and what is below.  Invariant: everything here is a hint; that a hint is lost costs time, never a run.
"""
