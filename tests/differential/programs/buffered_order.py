import sys
print('one')
print('two', file=sys.stderr)
print('three', end='')
sys.stderr.write('four')
