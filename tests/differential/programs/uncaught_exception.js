function inner(x) {
  return x.missing.deep;
}
console.log("before");
inner({});
