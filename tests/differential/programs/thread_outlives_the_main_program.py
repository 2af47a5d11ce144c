import threading,time
def f():
  time.sleep(0.05); print('t')
threading.Thread(target=f).start()
