#: repeat = 4
#: distinct = true
import uuid

print(uuid.uuid4())
