import os,signal
print(os.environ, os.listdir('/proc/self/fd'), os.getpid(), os.getppid(), os.getcwd(), os.umask(0))
print([signal.getsignal(i) for i in range(1,32)])
print([l for l in open('/proc/self/status') if l.startswith(('Sig','Cap','No','Secc','Thr','Uid','Name'))])
import resource
print([resource.getrlimit(i) for i in range(16)])
print(os.stat('/proc/self/fd').st_uid)
