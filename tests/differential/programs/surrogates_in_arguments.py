import sys, os
print([ascii(a) for a in sys.argv], ascii(os.environ.get('EXTRA')), os.environb.get(b'EXTRA'))
