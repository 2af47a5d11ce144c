import traceback,inspect,sys
traceback.print_stack()
print(len(inspect.stack()), sys._getframe().f_back)
def f(n):
  try:
    return f(n+1)
  except RecursionError as e:
    return n
print(f(0))
