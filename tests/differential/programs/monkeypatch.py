import builtins, json
json.dumps = lambda value: 'patched'
builtins.answer = 42
print(json.dumps({}), answer)
