import sqlite3
base = sqlite3.connect(':memory:')
base.execute('create table t (a, b)')
base.executemany('insert into t values (?, ?)', [(i, i * i) for i in range(5)])
print(base.execute('select sum(b) from t').fetchone())
