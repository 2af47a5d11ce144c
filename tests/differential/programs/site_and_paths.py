import site, sys
print(sys.path, site.ENABLE_USER_SITE, site.getusersitepackages(), sys.prefix, sys.base_prefix, sys.exec_prefix, sys.executable, sys.platlibdir)
