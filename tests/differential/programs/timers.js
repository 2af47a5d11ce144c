const start = Date.now();
let times = 0;
const interval = setInterval(() => {
  console.log("tick", ++times);
  if (times < 3) return;
  clearInterval(interval);
  setTimeout((a, b) => console.log(a, b, Date.now() - start >= 19), 20, "x", "y");
}, 2);
setTimeout(() => console.log("never"), 60000).unref();
clearTimeout(setTimeout(() => console.log("cleared"), 1));
