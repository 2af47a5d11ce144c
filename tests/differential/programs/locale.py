import locale
print(locale.getlocale(), locale.setlocale(locale.LC_ALL), locale.getpreferredencoding(False))
