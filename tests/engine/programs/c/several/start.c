#include "lib/words.h"
#include <stdio.h>

int main(void) {
    char line[64] = "";
    FILE *data = fopen("data/line.txt", "r");
    if (!data || !fgets(line, sizeof line, data))
        return 1;
    printf("%s, %s", greet(), line);
}
