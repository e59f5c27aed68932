/* value.h - trees of nil, booleans, numbers, strings, lists and maps: what Lua and C hand each
 * other, and what a spec is on the C side. A value lives in the arena it was made in. */
#ifndef KDI_VALUE_H
#define KDI_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include "engine/engine.h"

enum kd_kind {
    KD_V_NIL,
    KD_V_BOOL,
    KD_V_INT,
    KD_V_NUMBER,
    KD_V_STRING,
    KD_V_LIST,
    KD_V_MAP,
    KD_V_ARRAY
};

/* element types of arrays, whatever kd_real is in this build */
enum kd_element { KD_F32, KD_F64, KD_I32, KD_I64, KD_U8 };
#ifdef KD_DOUBLE
#define KD_FREAL KD_F64
#else
#define KD_FREAL KD_F32
#endif

typedef struct kd_value kd_value;
struct kd_value {
    enum kd_kind kind;
    bool yes;                /* BOOL */
    int64_t integer;         /* INT */
    double number;           /* NUMBER; also set for INT */
    const char *text;        /* STRING, NUL-terminated */
    int64_t n, room;         /* STRING: bytes; LIST, MAP: items */
    kd_value **item;         /* LIST, MAP */
    const char **key;        /* MAP: in order of insertion */
    enum kd_element element; /* ARRAY: row-major numbers */
    kd_shape shape;
    void *data;
    kdi_arena *arena;
};

kd_value *kd_nil(kdi_arena *a);
kd_value *kd_bool(kdi_arena *a, bool yes);
kd_value *kd_int(kdi_arena *a, int64_t i);
kd_value *kd_number(kdi_arena *a, double d);
kd_value *kd_string(kdi_arena *a, const char *s); /* NULL gives nil */
kd_value *kd_string_n(kdi_arena *a, const char *s, int64_t n);
size_t kd_element_size(enum kd_element e);
/* keeps the pointer; data == NULL allocates zeros in the arena */
kd_value *kd_array(kdi_arena *a, enum kd_element e, kd_shape s, void *data);
kd_value *kd_list(kdi_arena *a);
kd_value *kd_map(kdi_arena *a);
void kd_push(kd_value *list, kd_value *item);
void kd_set(kd_value *map, const char *key, kd_value *item); /* replaces an old one in place */

/* building maps: kd_set_text(m, "name", "kd") */
void kd_set_text(kd_value *map, const char *key, const char *s);
void kd_set_int(kd_value *map, const char *key, int64_t i);
void kd_set_number(kd_value *map, const char *key, double d);
void kd_set_bool(kd_value *map, const char *key, bool yes);

/* reading; `what` in messages is the key. NULL or the default where it is missing. */
const kd_value *kd_get(const kd_value *map, const char *key);
const char *kd_get_text(const kd_value *map, const char *key, const char *def);
int64_t kd_get_int(const kd_value *map, const char *key, int64_t def);
double kd_get_number(const kd_value *map, const char *key, double def);
bool kd_get_bool(const kd_value *map, const char *key, bool def);
/* the same, but an error when it is missing or of another kind */
int kd_need_text(const kd_value *map, const char *key, const char **out);
int kd_need_int(const kd_value *map, const char *key, int64_t *out);
int kd_need_map(const kd_value *map, const char *key, const kd_value **out);

/* ---- functions that Lua may call: each C module has a table of them -------- */

typedef struct kdi_call {
    const char *name; /* "sha256" */
    /* args: the list of arguments. result: a value in `a`, nil when unset; errors: kd_error */
    int (*run)(const kd_value *args, kdi_arena *a, kd_value **result);
} kdi_call;

const kd_value *kd_arg(const kd_value *args, int64_t i); /* NULL when missing or nil */
int kd_arg_text(const kd_value *args, int64_t i, const char **out);
int kd_arg_map(const kd_value *args, int64_t i, const kd_value **out);

#endif
