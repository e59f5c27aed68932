/* Value trees as bytes and back. The reader believes nothing: the writer may have gone mad. */
#include "store/pack.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH = 64 };

/* ---- out ----------------------------------------------------------------------- */

static void put(FILE *out, const void *data, size_t size)
{
    if (size)
        fwrite(data, 1, size, out);
}

static void put_int(FILE *out, int64_t i)
{
    put(out, &i, sizeof i);
}

static void put_text(FILE *out, const char *text, int64_t n)
{
    put_int(out, n);
    put(out, text, (size_t)n);
}

static void put_array(FILE *out, const kd_value *v)
{
    put_int(out, (int64_t)v->element);
    put_int(out, v->shape.n);
    for (int i = 0; i < v->shape.n; i++)
        put_int(out, v->shape.d[i]);
    put(out, v->data, (size_t)v->n * kd_element_size(v->element));
}

static void pack(FILE *out, const kd_value *v)
{
    put_int(out, (int64_t)v->kind);
    switch (v->kind) {
    case KD_V_NIL:
        break;
    case KD_V_BOOL:
        put_int(out, v->yes);
        break;
    case KD_V_INT:
        put_int(out, v->integer);
        break;
    case KD_V_NUMBER:
        put(out, &v->number, sizeof v->number);
        break;
    case KD_V_STRING:
        put_text(out, v->text, v->n);
        break;
    case KD_V_ARRAY:
        put_array(out, v);
        break;
    case KD_V_LIST:
    case KD_V_MAP:
        put_int(out, v->n);
        for (int64_t i = 0; i < v->n; i++) {
            if (v->kind == KD_V_MAP)
                put_text(out, v->key[i], (int64_t)strlen(v->key[i]));
            pack(out, v->item[i]);
        }
    }
}

void kdi_pack_and_end(int fd, const kd_value *v)
{
    FILE *out = fdopen(fd, "wb");
    if (!out)
        _exit(1);
    pack(out, v);
    bool bad = ferror(out) || fflush(out) != 0;
    _exit(bad ? 1 : 0);
}

/* ---- in ------------------------------------------------------------------------- */

typedef struct bytes {
    const unsigned char *at;
    size_t left;
    kdi_arena *arena;
} bytes;

static bool take(bytes *b, void *to, size_t size)
{
    if (size > b->left)
        return false;
    memcpy(to, b->at, size);
    b->at += size;
    b->left -= size;
    return true;
}

static bool take_int(bytes *b, int64_t *i)
{
    return take(b, i, sizeof *i);
}

/* a length of things of at least one byte each */
static bool take_length(bytes *b, int64_t *n)
{
    return take_int(b, n) && *n >= 0 && (uint64_t)*n <= b->left;
}

static kd_value *take_text(bytes *b)
{
    int64_t n;
    if (!take_length(b, &n))
        return NULL;
    kd_value *v = kd_string_n(b->arena, (const char *)b->at, n);
    b->at += n;
    b->left -= (size_t)n;
    return v;
}

static kd_value *take_array(bytes *b)
{
    int64_t element, axes, d[KD_MAX_DIM], size;
    if (!take_int(b, &element) || element < KD_F32 || element > KD_U8 || !take_int(b, &axes) ||
        axes < 0 || axes > KD_MAX_DIM)
        return NULL;
    size = (int64_t)kd_element_size((enum kd_element)element);
    for (int64_t i = 0; i < axes; i++) {
        if (!take_int(b, &d[i]) || d[i] < 0 || (size > 0 && d[i] > (int64_t)b->left / size))
            return NULL;
        size *= d[i];
    }
    kd_shape shape = kd_shape_of_n((int)axes, d);
    kd_value *v = kd_array(b->arena, (enum kd_element)element, shape, NULL);
    return take(b, v->data, (size_t)size) ? v : NULL;
}

static kd_value *take_value(bytes *b, int depth);

static kd_value *take_members(bytes *b, bool map, int depth)
{
    int64_t n;
    if (depth > DEPTH || !take_length(b, &n))
        return NULL;
    kd_value *v = map ? kd_map(b->arena) : kd_list(b->arena);
    for (int64_t i = 0; i < n; i++) {
        kd_value *key = map ? take_text(b) : NULL;
        kd_value *item = map && !key ? NULL : take_value(b, depth + 1);
        if (!item)
            return NULL;
        if (map)
            kd_set(v, key->text, item);
        else
            kd_push(v, item);
    }
    return v;
}

static kd_value *take_value(bytes *b, int depth)
{
    int64_t kind, i;
    double x;
    if (!take_int(b, &kind))
        return NULL;
    switch (kind) {
    case KD_V_NIL:
        return kd_nil(b->arena);
    case KD_V_BOOL:
        return take_int(b, &i) ? kd_bool(b->arena, i != 0) : NULL;
    case KD_V_INT:
        return take_int(b, &i) ? kd_int(b->arena, i) : NULL;
    case KD_V_NUMBER:
        return take(b, &x, sizeof x) ? kd_number(b->arena, x) : NULL;
    case KD_V_STRING:
        return take_text(b);
    case KD_V_ARRAY:
        return take_array(b);
    case KD_V_LIST:
    case KD_V_MAP:
        return take_members(b, kind == KD_V_MAP, depth);
    }
    return NULL;
}

kd_value *kdi_unpack(const void *data, size_t size, kdi_arena *a)
{
    bytes b = { data, size, a };
    return take_value(&b, 0);
}
