#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned char block[1 << 20];

static void write_file(const char *path, const void *data, size_t size, int times) {
    FILE *file = fopen(path, "wb");
    for (int i = 0; i < times; i++)
        fwrite(data, 1, size, file);
    fclose(file);
}

static int tour(int argc, char **argv) {
    static const char *names[] = {"COLOUR", "HOME", "TZ", "LANG", "PATH"};
    char cwd[256];
    for (int i = 2; i < argc; i++)
        printf("argument:%s\n", argv[i]);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        printf("%s=%s\n", names[i], getenv(names[i]) ? getenv(names[i]) : "");
    printf("folder=%s\nstdin:", getcwd(cwd, sizeof cwd));
    for (int c; (c = getchar()) != EOF;)
        putchar(c);
    fwrite("\xff\xfe\x00x\xc3", 1, 5, stderr);
    write_file("note.txt", "written\n", 8, 1);
    mkdir("pictures", 0755);
    unsigned char pixels[8 + 256] = "\x89PNG\r\n\x1a\n";
    for (int i = 0; i < 256; i++)
        pixels[8 + i] = (unsigned char)i;
    write_file("pictures/pixel.png", pixels, sizeof pixels, 1);
    write_file("big.bin", block, sizeof block, 17);
    write_file("unasked.txt", "no", 2, 1);
    return 7;
}

int main(int argc, char **argv) {
    const char *mode = argv[1];
    if (!strcmp(mode, "tour"))
        return tour(argc, argv);
    if (!strcmp(mode, "killed"))
        raise(SIGKILL);
    if (!strcmp(mode, "wait"))
        while (getchar() != EOF)
            ;
    if (!strcmp(mode, "flood"))
        for (;;)
            fwrite("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 1, 32, stdout);
    if (!strcmp(mode, "mebibytes"))
        for (int i = 0; i < 10 << 20; i++)
            putchar(i % 251);
    return 0;
}
