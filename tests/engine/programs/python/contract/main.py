import os
import signal
import sys
from pathlib import Path


def tour(arguments):
    for argument in arguments:
        print(f"argument:{argument}")
    for name in ("COLOUR", "HOME", "TZ", "LANG", "PATH"):
        print(f"{name}={os.environ.get(name, '')}")
    print(f"folder={Path.cwd()}\nstdin:", end="", flush=True)
    sys.stdout.buffer.write(sys.stdin.buffer.read())
    sys.stderr.buffer.write(b"\xff\xfe\x00x\xc3")
    Path("note.txt").write_text("written\n")
    Path("pictures").mkdir()
    Path("pictures/pixel.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    Path("big.bin").write_bytes(bytes(17 << 20))
    Path("unasked.txt").write_text("no")
    sys.exit(7)


mode, *arguments = sys.argv[1:]
if mode == "tour":
    tour(arguments)
elif mode == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
elif mode == "wait":
    sys.stdin.read()
elif mode == "flood":
    while True:
        sys.stdout.write("x" * 4096)
elif mode == "mebibytes":
    whole = bytes(range(251)) * ((10 << 20) // 251 + 1)
    sys.stdout.buffer.write(whole[: 10 << 20])
