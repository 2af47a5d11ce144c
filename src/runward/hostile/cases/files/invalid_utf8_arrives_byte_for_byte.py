#: stdout_hex = "00fffe6f6bc3280aeda080f48fbfbf80"
import sys

sys.stdout.buffer.write(bytes.fromhex("00fffe6f6bc3280aeda080f48fbfbf80"))
