#: environment = { GOOD = "1\u0000EVIL=2" }
#: refused = "."
import os

print("ESCAPED: took", dict(os.environ))
