import collections, re, sys
counts = collections.Counter(re.findall(r'\w+', sys.stdin.read()))
for word, count in sorted(counts.items()):
    print(f'{word:>8} {count:3d}')
