#: answers = { "uid_map gid_map setgroups loginuid oom_score_adj" = "ENOENT|EACCES|EPERM|EROFS|EINVAL" }
from attempt import attempt


def write(name, text):
    with open(f"/proc/self/{name}", "w") as file:
        file.write(text)


attempt("uid_map", lambda: write("uid_map", "0 0 1\n"))
attempt("gid_map", lambda: write("gid_map", "0 0 1\n"))
attempt("setgroups", lambda: write("setgroups", "allow"))
attempt("loginuid", lambda: write("loginuid", "0"))
attempt("oom_score_adj", lambda: write("oom_score_adj", "-1000"))
