export const signed = (amount: number): string => (amount < 0 ? String(amount) : `+${amount}`);

export function money(name: string, cents: number): string {
  const units = String(Math.floor(cents / 100)).padStart(8);
  return `${name.padEnd(8)}${units}.${String(cents % 100).padStart(2, "0")}`;
}
