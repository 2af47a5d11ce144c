throw { code: 5, text: "thrown" };
