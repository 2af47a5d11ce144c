#: collect = ["out/*", "**/passwd", "here/../../etc/passwd", "/etc/passwd"]
#: artifacts = {}
#: may_refuse = true
import os

os.symlink("/etc", "/box/out")
os.symlink("/", "/box/here")
