import os, sys
for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.encoding, stream.errors, stream.line_buffering, stream.write_through, stream.isatty(), stream.fileno(), stream.mode, stream.newlines, type(stream.buffer).__name__, stream.buffer.raw.closefd, stream.buffer.raw.mode, os.fstat(stream.fileno()).st_blksize, stream.seekable(), stream._CHUNK_SIZE)
