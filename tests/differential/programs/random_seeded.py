import random
random.seed(5)
print([random.random() for _ in range(4)], random.sample(range(99), 5))
