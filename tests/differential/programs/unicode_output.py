print('\u00e9\U0001f600', ascii('\u20ac'))
import sys
sys.stdout.write('\udc80')
