'''About it.'''
print(__doc__)
import __main__
print(__main__.__doc__)
