"""The words of the project: limits, outcomes, usage, errors.

Pure values from the standard library; no I/O.  Every other package may import this one; it imports nothing of ours.
"""
