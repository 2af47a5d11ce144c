export function greet(): string {
  return "from another file";
}
