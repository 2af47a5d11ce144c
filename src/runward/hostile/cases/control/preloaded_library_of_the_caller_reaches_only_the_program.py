#: fresh = true
#: environment = { LD_PRELOAD = "/box/evil.so", LD_LIBRARY_PATH = "/box", PYTHONPATH = "/box/evil", PYTHONSTARTUP = "/box/main.py" }
#: may_refuse = true
#: stdout = "ran\n"
print("ran")
