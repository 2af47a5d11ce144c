import importlib
print(dir(importlib))
importlib.util
