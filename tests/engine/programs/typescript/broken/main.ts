const words: string[] = ["a"];

for (const word of words) {
  console.log(word, missing_thing);
}
