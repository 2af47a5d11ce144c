from pathlib import Path

from words import greet

print(f"{greet()}, {Path('data/line.txt').read_text()}", end="")
