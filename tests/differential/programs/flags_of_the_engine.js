const v8 = require("v8");
console.log(v8.getHeapStatistics().heap_size_limit, require("vm").runInNewContext("1 + 1"));
try { eval("%GetHeapUsage()"); } catch (error) { console.log(error.name); }
try { require("internal/options"); } catch (error) { console.log(error.code); }
