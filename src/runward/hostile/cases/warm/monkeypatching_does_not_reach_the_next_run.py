#: repeat = 3
#: stdout = "clean\n"
import builtins
import json
import os
import sys

marked = [
    hasattr(builtins, "left_behind"),
    "left_behind" in sys.modules,
    json.dumps({}) != "{}",
    "LEFT_BEHIND" in os.environ,
    "/left/behind" in sys.path,
    bool(sys.gettrace() or sys.getprofile()),
]
print("ESCAPED: an earlier run is seen" if any(marked) else "clean", flush=True)
builtins.left_behind = True
sys.modules["left_behind"] = sys
json.dumps = lambda value: "patched"
os.environ["LEFT_BEHIND"] = "1"
sys.path.insert(0, "/left/behind")
sys.settrace(lambda *_: None)
