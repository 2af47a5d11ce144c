#: signal = "SIGSEGV"
#: stdout = "reading at nought\n"
import ctypes

print("reading at nought", flush=True)
ctypes.string_at(8)
