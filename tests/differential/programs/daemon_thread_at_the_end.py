import threading,time
threading.Thread(target=time.sleep,args=(9,),daemon=True).start()
print(1)
