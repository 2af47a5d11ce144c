//: outcome = "cpu_time_limit"
//: limits = { cpu_time = 2, wall_time = 40 }
//: stdout = "begun\n"
process.stdout.write("begun\n");
process.on("SIGTERM", () => {});
const again = () => {
  for (;;) Promise.resolve().then(again);
};
const spin = () => process.nextTick(spin);
spin();
