#: collect = ["*"]
#: says = ["^named True$"]
import os

for name in (b"plain.txt", b"a\nb", b"-rf", b"\xff\xfe", b"n" * 255, b"'\"$(id)`id`", b"..x", b"\x1b[2J", b"C:\\x", b" "):
    with open(b"/box/" + name, "w") as file:
        file.write("mine")
print("named", len(os.listdir("/box")) > 10 or "ESCAPED: names are missing")
