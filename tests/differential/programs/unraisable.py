import sys
sys.unraisablehook = lambda told: print('told', repr(told.exc_value))


class A:
    def __del__(self):
        raise ValueError('in del')


A()
print('on')
