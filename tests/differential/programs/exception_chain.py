def f():
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise ValueError('outer') from error


try:
    f()
except ValueError:
    {}['key']
