import json,sys,importlib
del sys.modules['json']
import json as k
print(k is json)
importlib.reload(k)
print(k.loads('[1]'))
