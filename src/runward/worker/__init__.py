"""The process that runs what was submitted.

May import wiring and what is below; knows no HTTP.
"""
