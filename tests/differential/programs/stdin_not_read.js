console.log("did not look");
