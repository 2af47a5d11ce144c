//: limits = { memory_bytes = "512M" }
//: stdout = "libraries of the platform: none\nits own folder: none\nloaded as an addon: none\n"
const fs = require("fs");

const maps = fs.readFileSync("/proc/self/maps", "latin1");
const paths = [...new Set([...maps.matchAll(/(\/\S+)$/gm)].map((match) => match[1]))];
console.log(`libraries of the platform: ${paths.filter((path) => /runward|core\.so/.test(path)).join() || "none"}`);
const seen = ["/tmp/warm", "/tmp/prestart", "/run/runward", "/opt/runward", "/src/runward"].filter((path) => fs.existsSync(path));
console.log(`its own folder: ${seen.join() || "none"}`);
const loaded = ["/tmp/warm/core.so", "/box/runward-core.so", "/usr/lib/runward-core.so"].filter((path) => {
  try {
    process.dlopen({ exports: {} }, path);
    return true;
  } catch {
    return false;
  }
});
console.log(`loaded as an addon: ${loaded.join() || "none"}`);
