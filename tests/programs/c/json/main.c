#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static void print_quoted(const char *text) {
    putchar('"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') printf("\\%c", c);
        else if (c == '\n') fputs("\\n", stdout);
        else if (c == '\t') fputs("\\t", stdout);
        else if (c < 0x20) printf("\\u%04x", c);
        else putchar(c);
    }
    putchar('"');
}

void json_print(const struct value *value, int indent) {
    if (value->kind == RAW) {
        fputs(value->text, stdout);
    } else if (value->kind == TEXT) {
        print_quoted(value->text);
    } else if (value->items == NULL) {
        fputs(value->kind == ARRAY ? "[]" : "{}", stdout);
    } else {
        puts(value->kind == ARRAY ? "[" : "{");
        for (const struct value *item = value->items; item != NULL; item = item->next) {
            printf("%*s", indent + 2, "");
            if (item->key != NULL) print_quoted(item->key), fputs(": ", stdout);
            json_print(item, indent + 2);
            puts(item->next != NULL ? "," : "");
        }
        printf("%*s%c", indent, "", value->kind == ARRAY ? ']' : '}');
    }
}

int json_depth(const struct value *value) {
    int deepest = 0;
    for (const struct value *item = value->items; item != NULL; item = item->next)
        if (json_depth(item) > deepest) deepest = json_depth(item);
    return value->kind == ARRAY || value->kind == OBJECT ? deepest + 1 : 0;
}

void json_free(struct value *value) {
    while (value != NULL) {
        struct value *following = value->next;
        json_free(value->items);
        free(value->key);
        free(value->text);
        free(value);
        value = following;
    }
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
    int documents = 0, errors = 0, deepest = 0;
    while (getline(&line, &room, stdin) > 0) {
        struct failure failure;
        line[strcspn(line, "\n")] = '\0';
        struct value *value = json_parse(line, &failure);
        if (value == NULL) {
            errors++;
            printf("error at %zu: %s\n", failure.offset, failure.message);
            continue;
        }
        documents++;
        if (json_depth(value) > deepest) deepest = json_depth(value);
        json_print(value, 0);
        putchar('\n');
        json_free(value);
    }
    free(line);
    printf("documents %d, errors %d, deepest %d\n", documents, errors, deepest);
    return 0;
}
