import abc
class B(abc.ABC):
  @abc.abstractmethod
  def f(self): ...
class C(B):
  def f(self): return 1
print(isinstance(C(),B),C().f())
