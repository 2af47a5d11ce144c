#: stdout = "names: known\npaths: known\ncommand: known\n"
# The kernel shows what a process was started with, though its request may have come later.
import re


def say(what, odd):
    print(f"{what}: {'ESCAPED ' + str(odd) if odd else 'known'}")


with open("/proc/self/environ") as file:
    started = [entry for entry in file.read().split("\0") if entry]
with open("/proc/self/cmdline") as file:
    command = [word for word in file.read().split("\0") if word]
names = [entry.partition("=")[0] for entry in started]
say("names", [name for name in names if not re.fullmatch(r"CASE_MARK|HOME|LANG|PATH|TZ|PYTHON\w+|WARM_MODULES\w*", name)])
say("paths", [entry for entry in started if re.search(r"=.*(/home|/root|/work|/srv|site-packages)", entry)])
say("command", [word for word in command if re.search(r"runward|token|^/(home|root|work|srv)/", word)])
