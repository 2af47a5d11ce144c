#: says = ["^self -1000: E\\w+$", "^init 1000: E\\w+$"]
from attempt import attempt


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


attempt("self -1000", lambda: write("/proc/self/oom_score_adj", "-1000"))
attempt("init 1000", lambda: write("/proc/1/oom_score_adj", "1000"))
