code = compile('print(__name__, __file__)', 'made', 'exec')
exec(code)
exec('raise KeyError(3)')
