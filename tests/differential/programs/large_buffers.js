try { Buffer.alloc(2 ** 53); } catch (error) { console.log(error.code); }
const kept = [];
for (let i = 0; i < 20; i++) kept.push(Buffer.alloc(1 << 20, i));
console.log(kept.length, kept[19][5]);
