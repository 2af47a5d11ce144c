import os, tempfile
with tempfile.TemporaryDirectory() as folder:
    open(os.path.join(folder, 'x'), 'w').write('y')
    print(os.listdir(folder), os.path.dirname(folder))
print(tempfile.gettempdir())
