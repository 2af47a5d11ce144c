import os
print('before', flush=True)
pid = os.fork()
if pid:
    print(os.waitpid(pid, 0)[1], 'parent')
else:
    print('child')
