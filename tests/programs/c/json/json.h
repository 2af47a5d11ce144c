#ifndef JSON_H
#define JSON_H

#include <stddef.h>

enum kind { RAW, TEXT, ARRAY, OBJECT };

/* A value; in an object, its key as well.  Items are a list, those of an object in the order of their keys. */
struct value {
    enum kind kind;
    char *key;
    char *text;
    struct value *items;
    struct value *next;
};

struct failure {
    size_t offset;
    char message[32];
};

struct value *json_parse(const char *text, struct failure *failure);
void json_print(const struct value *value, int indent);
int json_depth(const struct value *value);
void json_free(struct value *value);

#endif
