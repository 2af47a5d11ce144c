import atexit
for number in range(3):
    atexit.register(print, number)
atexit.register(int, 'no number')
print('main')
