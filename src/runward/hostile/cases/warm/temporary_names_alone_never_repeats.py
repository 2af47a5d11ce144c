#: repeat = 4
#: distinct = true
import tempfile

print(next(tempfile._get_candidate_names()))
