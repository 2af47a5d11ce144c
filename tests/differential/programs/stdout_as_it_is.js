const { stdout, stderr } = process;
for (const stream of [stdout, stderr])
  console.log(stream.constructor.name, stream.fd, stream.isTTY, stream._type, stream._isStdio, stream.writableHighWaterMark, stream.writableLength, stream.listenerCount("error"), stream.eventNames(), stream.columns);
