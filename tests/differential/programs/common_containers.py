from collections import namedtuple, deque, Counter, OrderedDict, defaultdict
P=namedtuple('P','a b')
print(P(1,2),Counter('aab'),deque([1]),OrderedDict(a=1))
import re,json,datetime
print(re.findall('a+','aab'),json.dumps({'a':[1]}),datetime.date(2020,1,1))
