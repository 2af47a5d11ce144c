"""Say what the kernel answered to something forbidden, so that a case proves that it tried."""

import errno


def attempt(what, action):
    """Print ``what: ERRNO`` for an action that failed, ``ESCAPED: what`` for one that did not."""
    try:
        result = action()
    except OSError as error:
        print(f"{what}: {errno.errorcode.get(error.errno, error)}", flush=True)
    else:
        print(f"ESCAPED: {what} gave {result!r}", flush=True)
