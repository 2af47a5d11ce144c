from collections import named_tuple
