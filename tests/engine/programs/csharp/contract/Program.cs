using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

public static class Program {
    [DllImport("libc", EntryPoint = "raise")]
    static extern int Raise(int signal);

    static void WriteFile(string path, byte[] data, int times) {
        using (var file = File.Create(path))
            for (int i = 0; i < times; i++) file.Write(data, 0, data.Length);
    }

    static int Tour(string[] arguments) {
        var text = new StringBuilder();
        for (int i = 1; i < arguments.Length; i++) text.Append("argument:" + arguments[i] + "\n");
        foreach (var name in new[] { "COLOUR", "HOME", "TZ", "LANG", "PATH" })
            text.Append(name + "=" + Environment.GetEnvironmentVariable(name) + "\n");
        text.Append("folder=" + Directory.GetCurrentDirectory() + "\nstdin:");
        using (var output = Console.OpenStandardOutput())
        using (var input = Console.OpenStandardInput())
        using (var errors = Console.OpenStandardError()) {
            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            output.Write(bytes, 0, bytes.Length);
            input.CopyTo(output);
            output.Flush();
            errors.Write(new byte[] { 0xff, 0xfe, 0, (byte)'x', 0xc3 }, 0, 5);
        }
        WriteFile("note.txt", Encoding.ASCII.GetBytes("written\n"), 1);
        Directory.CreateDirectory("pictures");
        var pixels = new List<byte> { 0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10 };
        for (int i = 0; i < 256; i++) pixels.Add((byte)i);
        WriteFile("pictures/pixel.png", pixels.ToArray(), 1);
        WriteFile("big.bin", new byte[1 << 20], 17);
        WriteFile("unasked.txt", Encoding.ASCII.GetBytes("no"), 1);
        return 7;
    }

    static void Write(int blocks) {
        using (var output = Console.OpenStandardOutput()) {
            var block = new byte[251 * 64];
            for (int i = 0; i < block.Length; i++) block[i] = (byte)(i % 251);
            long left = blocks < 0 ? long.MaxValue : (long)blocks << 20;
            for (; left > 0; left -= block.Length) output.Write(block, 0, (int)Math.Min(left, block.Length));
            output.Flush();
        }
    }

    public static int Main(string[] arguments) {
        switch (arguments[0]) {
            case "tour": return Tour(arguments);
            case "killed": Raise(9); break;
            case "wait": while (Console.In.Read() >= 0) { } break;
            case "flood": Write(-1); break;
            case "mebibytes": Write(10); break;
        }
        return 0;
    }
}
