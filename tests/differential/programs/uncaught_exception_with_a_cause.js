try {
  JSON.parse("{broken");
} catch (error) {
  throw new TypeError("could not read", { cause: error });
}
