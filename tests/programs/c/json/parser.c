#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

struct parser {
    const char *text;
    size_t at;
    struct failure *failure;
    jmp_buf failed;
};

static struct value *parse_value(struct parser *p);

static _Noreturn void fail(struct parser *p, const char *what) {
    p->failure->offset = p->at;
    if (p->text[p->at] == '\0') snprintf(p->failure->message, sizeof p->failure->message, "unexpected end");
    else snprintf(p->failure->message, sizeof p->failure->message, "%s '%c'", what, p->text[p->at]);
    longjmp(p->failed, 1);
}

static char next(const struct parser *p) { return p->text[p->at]; }

static void take(struct parser *p, char c) {
    if (next(p) != c || c == '\0') fail(p, "unexpected");
    p->at++;
}

static void skip_space(struct parser *p) {
    while (next(p) == ' ' || next(p) == '\t') p->at++;
}

static struct value *new_value(enum kind kind, char *text) {
    struct value *value = calloc(1, sizeof *value);
    if (value == NULL) abort();
    value->kind = kind;
    value->text = text;
    return value;
}

static void put(char **to, unsigned code) {
    if (code < 0x80) {
        *(*to)++ = (char)code;
    } else if (code < 0x800) {
        *(*to)++ = (char)(0xC0 | code >> 6);
        *(*to)++ = (char)(0x80 | (code & 0x3F));
    } else {
        *(*to)++ = (char)(0xE0 | code >> 12);
        *(*to)++ = (char)(0x80 | (code >> 6 & 0x3F));
        *(*to)++ = (char)(0x80 | (code & 0x3F));
    }
}

static void parse_escape(struct parser *p, char **to) {
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    take(p, '\\');
    if (next(p) == 'u') {
        unsigned code;
        int used = 0;
        if (sscanf(p->text + p->at + 1, "%4x%n", &code, &used) != 1 || used != 4) fail(p, "bad escape");
        put(to, code);
        p->at += 5;
        return;
    }
    const char *name = next(p) ? strchr(names, next(p)) : NULL;
    if (name == NULL) fail(p, "bad escape");
    *(*to)++ = meanings[name - names];
    p->at++;
}

static char *parse_string(struct parser *p) {
    take(p, '"');
    /* What was parsed is not freed on failure: the program ends soon. */
    char *text = malloc(strlen(p->text + p->at) + 1), *to = text;
    if (text == NULL) abort();
    while (next(p) != '"') {
        if (next(p) == '\0') fail(p, "unexpected");
        if (next(p) == '\\') parse_escape(p, &to);
        else *to++ = p->text[p->at++];
    }
    *to = '\0';
    take(p, '"');
    return text;
}

static void digits(struct parser *p) {
    if (next(p) < '0' || next(p) > '9') fail(p, "unexpected");
    p->at += strspn(p->text + p->at, "0123456789");
}

static struct value *parse_number(struct parser *p) {
    size_t start = p->at;
    if (next(p) == '-') p->at++;
    if (next(p) == '0') p->at++;
    else digits(p);
    if (next(p) == '.') p->at++, digits(p);
    if (next(p) == 'e' || next(p) == 'E') {
        p->at++;
        if (next(p) == '+' || next(p) == '-') p->at++;
        digits(p);
    }
    return new_value(RAW, strndup(p->text + start, p->at - start));
}

static void insert(struct value **place, struct value *item) {
    if (item->key != NULL) {
        while (*place != NULL && strcmp((*place)->key, item->key) < 0) place = &(*place)->next;
        if (*place != NULL && strcmp((*place)->key, item->key) == 0) {
            struct value *old = *place;
            *place = old->next;
            old->next = NULL;
            json_free(old);
        }
    } else {
        while (*place != NULL) place = &(*place)->next;
    }
    item->next = *place;
    *place = item;
}

static struct value *parse_items(struct parser *p, enum kind kind) {
    struct value *found = new_value(kind, NULL);
    char close = kind == OBJECT ? '}' : ']';
    p->at++;
    skip_space(p);
    if (next(p) != close) {
        do {
            if (found->items != NULL) p->at++;
            char *key = NULL;
            if (kind == OBJECT) {
                skip_space(p);
                key = parse_string(p);
                skip_space(p);
                take(p, ':');
            }
            struct value *item = parse_value(p);
            item->key = key;
            insert(&found->items, item);
        } while (next(p) == ',');
    }
    take(p, close);
    return found;
}

static struct value *parse_bare(struct parser *p) {
    static const char *const words[] = {"true", "false", "null"};
    char c = next(p);
    if (c == '{') return parse_items(p, OBJECT);
    if (c == '[') return parse_items(p, ARRAY);
    if (c == '"') return new_value(TEXT, parse_string(p));
    if (c == '-' || (c >= '0' && c <= '9')) return parse_number(p);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (c != words[i][0]) continue;
        for (const char *letter = words[i]; *letter; letter++) take(p, *letter);
        return new_value(RAW, strdup(words[i]));
    }
    fail(p, "unexpected");
}

static struct value *parse_value(struct parser *p) {
    skip_space(p);
    struct value *value = parse_bare(p);
    skip_space(p);
    return value;
}

struct value *json_parse(const char *text, struct failure *failure) {
    struct parser parser = {.text = text, .failure = failure};
    if (setjmp(parser.failed)) return NULL;
    struct value *value = parse_value(&parser);
    if (next(&parser) == '\0') return value;
    json_free(value);
    fail(&parser, "unexpected");
}
