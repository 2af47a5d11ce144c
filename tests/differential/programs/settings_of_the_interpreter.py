import gc
print(gc.get_threshold(), gc.isenabled(), gc.callbacks)
import sys
print(sys.getrecursionlimit(), sys.getswitchinterval(), sys.flags, sys.warnoptions, sys.executable, sys.prefix)
import warnings; print(warnings.filters)
