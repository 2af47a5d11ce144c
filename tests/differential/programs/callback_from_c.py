import ctypes
L=ctypes.CDLL(None)
C=ctypes.CFUNCTYPE(ctypes.c_int,ctypes.POINTER(ctypes.c_int),ctypes.POINTER(ctypes.c_int))
a=(ctypes.c_int*4)(3,1,2,0)
L.qsort(a,4,4,C(lambda x,y:x[0]-y[0]))
print(list(a))
