class A:
  __slots__=()
  def __del__(self): print('d')
a=A()
