import "node:fs";
export const value = 1;
throw new Error("in a module");
