import atexit,sys
atexit.register(print,'bye')
class A:
  def __del__(self): print('del')
a=A()
sys.exit('message')
