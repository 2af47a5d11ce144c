import runpy
print(sorted(runpy.run_path('data.txt', run_name='other')))
