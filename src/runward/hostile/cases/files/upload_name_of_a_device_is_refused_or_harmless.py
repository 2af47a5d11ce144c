#: files = { "dev/null" = "x", "proc/self/mem" = "y", "etc/passwd" = "root::0:0::/:/bin/sh\n" }
#: stdout = "runward\nx\n"
import pwd

print(pwd.getpwuid(1000).pw_name)
print(open("/box/dev/null").read())
