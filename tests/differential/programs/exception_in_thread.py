import threading


def fail():
    raise RuntimeError('in thread')


thread = threading.Thread(target=fail, name='worker')
thread.start()
thread.join()
