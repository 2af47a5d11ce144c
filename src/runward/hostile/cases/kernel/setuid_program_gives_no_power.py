#: says = ["^ran \\d+ setuid programs$", "^own copy: 1000$"]
#: never = ["^uid=0"]
import os
import shutil
import stat
import subprocess
import sys

ran = 0
for folder in ("/bin", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec"):
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        try:
            mode = os.stat(path).st_mode
        except OSError:
            continue
        if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
            subprocess.run([path, "-c", "id"], stdin=subprocess.DEVNULL, timeout=5)
            ran += 1
print("ran", ran, "setuid programs")
copy = shutil.copy(os.path.realpath(sys.executable), "/box/copy")
os.chmod(copy, 0o6755)
command = [copy, "-c", "import os; print('own copy:', os.geteuid())"]
print(subprocess.run(command, capture_output=True, text=True).stdout, end="")
