const size = 200000;
const sieve = new Uint8Array(size + 1);
let count = 0;
for (let i = 2; i <= size; i++) {
  if (sieve[i]) continue;
  count++;
  for (let j = i * i; j <= size; j += i) sieve[j] = 1;
}
console.log(count);
