import sys
print(*sys.modules,sep='\n')
print(len(sys.meta_path), len(sys.path_hooks), sorted(sys.path_importer_cache), dir(), sorted(globals()))
