sieve = bytearray([1]) * 100000
for i in range(2, 317):
    if sieve[i]:
        sieve[i * i :: i] = bytes(len(sieve[i * i :: i]))
print(sum(sieve[2:]))
