setTimeout(function late() { throw new Error("late"); }, 1);
