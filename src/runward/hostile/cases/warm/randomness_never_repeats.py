#: repeat = 3
#: distinct = true
import os
import random
import secrets
import tempfile
import uuid

print(random.random(), random.SystemRandom().random(), random.Random().random(), secrets.token_hex(4))
print(os.urandom(8).hex(), uuid.uuid4(), next(tempfile._get_candidate_names()))
