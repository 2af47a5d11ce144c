"""Who may do what: users, keys, quotas, and the record of what was done for safety's sake.

May import store and what is below.  Invariant: of a secret only a hash is kept.
"""
