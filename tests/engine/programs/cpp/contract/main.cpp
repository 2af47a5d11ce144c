#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

using std::string;

static void write_file(const string &path, const string &data, int times = 1) {
    std::ofstream file(path, std::ios::binary);
    while (times-- > 0)
        file << data;
}

static int tour(const std::vector<string> &arguments) {
    for (const auto &argument : arguments)
        std::cout << "argument:" << argument << "\n";
    for (const char *name : {"COLOUR", "HOME", "TZ", "LANG", "PATH"})
        std::cout << name << "=" << (std::getenv(name) ? std::getenv(name) : "") << "\n";
    std::cout << "folder=" << std::filesystem::current_path().string() << "\nstdin:";
    std::cout << string(std::istreambuf_iterator<char>(std::cin), {});
    std::cerr << string("\xff\xfe\x00x\xc3", 5);
    write_file("note.txt", "written\n");
    std::filesystem::create_directory("pictures");
    string pixels = "\x89PNG\r\n\x1a\n";
    for (int i = 0; i < 256; i++)
        pixels += static_cast<char>(i);
    write_file("pictures/pixel.png", pixels);
    write_file("big.bin", string(1 << 20, '\0'), 17);
    write_file("unasked.txt", "no");
    return 7;
}

int main(int argc, char **argv) {
    const string mode = argv[1];
    if (mode == "tour")
        return tour({argv + 2, argv + argc});
    if (mode == "killed")
        std::raise(SIGKILL);
    if (mode == "wait")
        while (std::cin.get() != EOF)
            ;
    if (mode == "flood")
        for (;;)
            std::cout << string(4096, 'x');
    if (mode == "mebibytes")
        for (int i = 0; i < 10 << 20; i++)
            std::cout.put(static_cast<char>(i % 251));
}
