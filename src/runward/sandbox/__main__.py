"""`python -m runward.sandbox FD`: the supervisor's process, as client.py starts it."""

from runward.sandbox.process import main

main()
