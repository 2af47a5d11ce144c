import logging
logging.basicConfig()
logging.warning('w')
import atexit
atexit.register(lambda: logging.error('late'))
