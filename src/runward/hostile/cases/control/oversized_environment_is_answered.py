#: environment = { BIG = "@LONG@" }
#: refused = "environment"
import os

print("ESCAPED: took", len(os.environ["BIG"]))
