console.log("y".repeat(700000));
