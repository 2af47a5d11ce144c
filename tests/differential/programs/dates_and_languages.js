const date = new Date(86400000 * 200);
console.log(date.toString(), date.toLocaleString(), Intl.DateTimeFormat().resolvedOptions(), (1234567.891).toLocaleString(), ["b", "a", "ä"].sort(new Intl.Collator().compare), new Intl.NumberFormat("de").format(1234.5));
