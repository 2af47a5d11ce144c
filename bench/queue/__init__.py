"""The queue: what a queued execution costs beside one that is run at once, how many a second, and how late listeners hear.

Everything goes over HTTP on loopback: to `runward serve` on SQLite, and to API node and worker as processes of their own on
PostgreSQL with each broker.
"""
