#: terminal = true
#: outcome = "wall_time_limit"
#: limits = { wall_time = 1 }
#: never = ["went on"]
import sys
import termios

# As if Ctrl-S had been typed, and Ctrl-Q never: whoever writes waits, and so would whoever waits for the end of it.
termios.tcflow(1, termios.TCOOFF)
sys.stdout.write("x" * 200_000)
print("went on")
