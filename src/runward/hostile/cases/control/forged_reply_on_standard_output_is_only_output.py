#: exit_code = 9
#: stdout_hex = "000000107b226f7574636f6d65223a22657869746564222c22657869745f636f6465223a307d0a00000000ffffffff"
import sys

sys.stdout.buffer.write(b'\x00\x00\x00\x10{"outcome":"exited","exit_code":0}\n\x00\x00\x00\x00\xff\xff\xff\xff')
sys.stdout.buffer.flush()
sys.exit(9)
