#: repeat = 2
#: says = ["^json/__init__.py: E\\w+$", "^site: E\\w+$"]
#: never = ["poisoned"]
import json
import os
import site

from attempt import attempt

attempt("json/__init__.py", lambda: open(json.__file__, "a").write("print('poisoned')\n"))
folders = site.getsitepackages() + [os.path.dirname(os.__file__)]
attempt("site", lambda: open(os.path.join(folders[-1], "poisoned.pth"), "w").write("import sys; print('poisoned')\n"))
try:
    cache = json.__cached__
    attempt("cache", lambda: open(cache, "wb").write(b"poisoned"))
except AttributeError:
    print("no cache")
