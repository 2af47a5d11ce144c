using System;
using System.IO;

public static class Start {
    public static void Main() => Console.Write(Words.Greet() + ", " + File.ReadAllText("data/line.txt"));
}
