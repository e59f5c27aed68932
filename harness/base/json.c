/* Values as JSON text. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct text {
    kdi_arena *arena;
    char *s;
    size_t n, room;
} text;

static void add(text *t, const char *s, size_t n)
{
    if (t->n + n + 1 > t->room) {
        size_t room = 2 * (t->n + n + 64);
        char *more = kdi_alloc(t->arena, room);
        memcpy(more, t->s ? t->s : more, t->n);
        t->s = more;
        t->room = room;
    }
    memcpy(t->s + t->n, s, n);
    t->n += n;
    t->s[t->n] = '\0';
}

static void add_text(text *t, const char *s)
{
    add(t, s, strlen(s));
}

static void add_number(text *t, double d)
{
    char s[40];
    if (!isfinite(d)) {
        add_text(t, "null");
        return;
    }
    for (int digits = 6; digits <= 17; digits++) { /* the shortest that reads back the same */
        double back;
        snprintf(s, sizeof s, "%.*g", digits, d);
        if (sscanf(s, "%lf", &back) == 1 && back >= d && back <= d)
            break;
    }
    add_text(t, s);
}

static void add_string(text *t, const char *s, int64_t n)
{
    char code[8];
    add(t, "\"", 1);
    for (int64_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\') {
            snprintf(code, sizeof code, "\\%c", c);
            add_text(t, code);
        } else if (c < 32) {
            snprintf(code, sizeof code, "\\u%04x", c);
            add_text(t, code);
        } else {
            add(t, s + i, 1);
        }
    }
    add(t, "\"", 1);
}

static double element(const kd_value *v, int64_t i)
{
    switch (v->element) {
    case KD_F32:
        return ((const float *)v->data)[i];
    case KD_F64:
        return ((const double *)v->data)[i];
    case KD_I32:
        return ((const int32_t *)v->data)[i];
    case KD_I64:
        return (double)((const int64_t *)v->data)[i];
    default:
        return ((const uint8_t *)v->data)[i];
    }
}

static void add_value(text *t, const kd_value *v);

static void add_items(text *t, const kd_value *v)
{
    for (int64_t i = 0; i < v->n; i++) {
        if (i)
            add(t, ",", 1);
        if (v->kind == KD_V_MAP) {
            add_string(t, v->key[i], (int64_t)strlen(v->key[i]));
            add(t, ":", 1);
        }
        if (v->kind == KD_V_ARRAY)
            add_number(t, element(v, i));
        else
            add_value(t, v->item[i]);
    }
}

static void add_value(text *t, const kd_value *v)
{
    char s[32];
    switch (v ? v->kind : KD_V_NIL) {
    case KD_V_NIL:
        add_text(t, "null");
        break;
    case KD_V_BOOL:
        add_text(t, v->yes ? "true" : "false");
        break;
    case KD_V_INT:
        snprintf(s, sizeof s, "%lld", (long long)v->integer);
        add_text(t, s);
        break;
    case KD_V_NUMBER:
        add_number(t, v->number);
        break;
    case KD_V_STRING:
        add_string(t, v->text, v->n);
        break;
    case KD_V_MAP:
        add(t, "{", 1);
        add_items(t, v);
        add(t, "}", 1);
        break;
    case KD_V_LIST:
    case KD_V_ARRAY:
        add(t, "[", 1);
        add_items(t, v);
        add(t, "]", 1);
        break;
    }
}

char *kdi_json(const kd_value *v, kdi_arena *a)
{
    text t = { .arena = a };
    add_value(&t, v);
    return t.s;
}
