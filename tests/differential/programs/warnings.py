import warnings
warnings.warn('shown')
warnings.warn('not shown', DeprecationWarning, stacklevel=2)
'\d'
x = 3 is 3
