import sys
s=sys
globals().clear()
raise SystemExit(4)
