"""The client of a Runward server.

May import domain only, so that it can be used without the rest.
"""
