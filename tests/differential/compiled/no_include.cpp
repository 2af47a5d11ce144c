extern "C" int puts(const char *);
int main() { puts("bare"); }
