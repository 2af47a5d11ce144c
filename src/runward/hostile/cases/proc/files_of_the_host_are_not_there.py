#: says = ["^secret: ENOENT$", "^public: ENOENT$", "^folder: ENOENT$", "^write: ENOENT$", "^shadow: (ENOENT|EACCES)$", "^root's home: (ENOENT|EACCES)$"]
import os

from attempt import attempt

attempt("secret", lambda: open("@SECRET@").read())
attempt("public", lambda: open("@PUBLIC@").read())
attempt("folder", lambda: os.listdir("@OPEN_DIR@"))
attempt("write", lambda: open("@OPEN_DIR@/planted", "w"))
attempt("shadow", lambda: open("/etc/shadow").read())
attempt("root's home", lambda: os.listdir("/root"))
