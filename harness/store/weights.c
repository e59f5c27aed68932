/* Scopes as flat maps of arrays, in torch's names, shapes and order or in ours. */
#include "store/store.h"
#include "store/weights_file.h"

#include <string.h>

#define OWN_ORDER "own order" /* marks a tree that is not in torch's */

typedef struct saver {
    kd_value *map;
    kdi_arena *arena;
    bool torch_order;
} saver;

static int save(kd_tensor *x, const char *path, const char *unused, void *user)
{
    saver *s = user;
    (void)unused;
    enum kd_element element = x->type == KD_REAL_T ? KD_FREAL : KD_I64;
    kd_value *array = kd_array(s->arena, element, x->shape, NULL);
    KD_ASSERT(x->type == KD_REAL_T || x->type == KD_I64_T);
    if (x->type == KD_REAL_T && s->torch_order)
        kdi_to_torch(x, array->data, &array->shape);
    else
        memcpy(array->data, x->data, (size_t)kd_numel(x) * kdi_dtype_size(x->type));
    kd_set(s->map, path, array);
    return KD_OK;
}

kd_value *kdi_scope_to_tree(kd_scope *s, kdi_arena *a, bool torch_order)
{
    saver to = { .map = kd_map(a), .arena = a, .torch_order = torch_order };
    if (!torch_order)
        kd_set_bool(to.map, OWN_ORDER, true);
    kdi_scope_each(s, save, &to);
    return to.map;
}

typedef struct loader {
    const kd_value *map;
    const char *what;
    kdi_arena *arena;
    bool torch_order, check_only;
    int64_t seen;
} loader;

/* its shape as the tree has it */
static kd_shape stored_shape(loader *l, kd_tensor *x)
{
    kd_shape shape = x->shape;
    if (x->type == KD_REAL_T && l->torch_order)
        kdi_to_torch(x, kdi_alloc(l->arena, (size_t)kd_numel(x) * sizeof(kd_real) + 1), &shape);
    return shape;
}

static int check(loader *l, kd_tensor *x, const char *path, const kd_value *v)
{
    if (!v)
        return kd_error(KD_E_DATA, "%s has no '%s'", l->what, path);
    bool real = v->kind == KD_V_ARRAY && (v->element == KD_F32 || v->element == KD_F64);
    bool integer = v->kind == KD_V_ARRAY && v->element == KD_I64;
    if (x->type == KD_REAL_T ? !real : !integer)
        return kd_error(KD_E_DATA, "%s: '%s' is not an array of %s", l->what, path,
                        x->type == KD_REAL_T ? "reals" : "int64");
    kd_shape want = stored_shape(l, x);
    if (!kd_shape_equal(v->shape, want))
        return kd_error(KD_E_DATA, "%s: '%s' is %s, the network wants %s", l->what, path,
                        kd_shape_text(v->shape), kd_shape_text(want));
    return KD_OK;
}

/* the array's elements as kd_real */
static const kd_real *reals(loader *l, const kd_value *v)
{
    if (v->element == KD_FREAL)
        return v->data;
    kd_real *to = kdi_alloc(l->arena, (size_t)v->n * sizeof *to + 1);
    for (int64_t i = 0; i < v->n; i++)
        to[i] = v->element == KD_F32 ? (kd_real)((const float *)v->data)[i]
                                     : (kd_real)((const double *)v->data)[i];
    return to;
}

static int load(kd_tensor *x, const char *path, const char *unused, void *user)
{
    loader *l = user;
    const kd_value *v = kd_get(l->map, path);
    (void)unused;
    l->seen++;
    if (l->check_only)
        return check(l, x, path, v);
    if (x->type != KD_REAL_T)
        memcpy(x->data, v->data, (size_t)v->n * sizeof(int64_t));
    else if (l->torch_order)
        kdi_from_torch(x, reals(l, v));
    else
        memcpy(x->data, reals(l, v), (size_t)v->n * sizeof(kd_real));
    return KD_OK;
}

static int refuse_extra(loader *l, kd_scope *s)
{
    for (int64_t i = 0; i < l->map->n; i++) {
        const char *key = l->map->key[i];
        if (strcmp(key, OWN_ORDER) != 0 && !kdi_scope_find(s, key))
            return kd_error(KD_E_DATA, "%s has '%s', which the network does not", l->what, key);
    }
    return KD_OK;
}

static int load_all(loader *l, kd_scope *s)
{
    l->check_only = true; /* all or nothing */
    KD_TRY(kdi_scope_each(s, load, l));
    if (l->seen + !l->torch_order != l->map->n)
        KD_TRY(refuse_extra(l, s));
    l->check_only = false;
    return kdi_scope_each(s, load, l);
}

int kdi_scope_from_tree(kd_scope *s, const kd_value *tree, const char *what)
{
    if (!tree || tree->kind != KD_V_MAP)
        return kd_error(KD_E_DATA, "%s: no map of weights", what);
    loader l = { .map = tree, .what = what, .arena = kdi_arena_new("weights") };
    l.torch_order = !kd_get_bool(tree, OWN_ORDER, false);
    int code = load_all(&l, s);
    kdi_arena_free(l.arena);
    return code;
}

bool kdi_same_weights(kd_shape a, kd_shape b)
{
    int most = a.n > b.n ? a.n : b.n;
    for (int i = 0; i < most; i++)
        if ((i < a.n ? a.d[i] : 1) != (i < b.n ? b.d[i] : 1))
            return false;
    return true;
}
