import sys
print(__name__, __file__, __spec__, __package__, __doc__, __annotations__, __cached__, type(__loader__).__name__)
print(sys.modules['__main__'].__dict__ is globals(), sorted(globals()))
x: int = 3
print(__annotations__)
