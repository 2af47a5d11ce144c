const words = ["a"];

for (const word of words) {
  console.log(word;
}
