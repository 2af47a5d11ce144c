#: environment = { "GOOD=evil" = "1" }
#: refused = "."
import os

print("ESCAPED: took", dict(os.environ))
