import json,logging,threading,sys
for m in (json,logging,threading): print(m.__spec__.name, m.__file__, m.__cached__, m.__loader__ is m.__spec__.loader)
print(threading.main_thread().native_id==threading.get_native_id(), sys.stdout.seekable(), sys.stdin, sys.stdout, sys.stderr, sys.stdout.buffer)
