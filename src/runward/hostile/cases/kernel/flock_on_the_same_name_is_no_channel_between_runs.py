#: repeat = 2
#: concurrent = true
#: says = ["^lock: ok ok ok$"]
# Every place that a run may write is its own.  (On what all share read-only two runs that want to can meet: SECURITY.md.)
import fcntl
import time

held = [open(f"{folder}/lock", "w") for folder in ("/box", "/tmp", "/dev/shm")]
answers = []
for file in held:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        answers.append("ok")
    except OSError as error:
        answers.append(f"ESCAPED: {error}")
print("lock:", *answers, flush=True)
time.sleep(1)
