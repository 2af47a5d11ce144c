import subprocess,sys
print(subprocess.run([sys.executable,'-c','import sys;print(sys.argv, list(sys.modules)[-3:])'],capture_output=True))
