/* Weights of a file into a network, by name; what does not fit is said tensor by tensor. */
#include "exchange/exchange.h"

#include "store/store.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_SAID = 4 };

typedef struct fitting {
    const kd_value *want; /* name -> array, in torch's shapes */
    const kd_value *tensor, *type;
    const char *prefix; /* what all names of the file begin with */
    bool *used;         /* tensors of the file that the network has taken */
    kd_value *tree;     /* what the network gets */
    kdi_arena *arena;
    const char *said; /* the first problems */
    int64_t problems, rounded;
} fitting;

static void complain(fitting *f, const char *problem)
{
    if (f->problems++ < MOST_SAID)
        f->said = kdi_format(f->arena, "%s%s%s", f->said, *f->said ? "; " : "", problem);
}

/* ---- names ------------------------------------------------------------------------ */

/* what torch's wrappers put before every name */
static const char *prefix_of(const kd_value *tensor)
{
    static const char *const known[] = { "module._orig_mod.", "_orig_mod.module.", "module.",
                                         "_orig_mod." };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        int64_t n = 0;
        while (n < tensor->n && strncmp(tensor->key[n], known[k], strlen(known[k])) == 0)
            n++;
        if (n > 0 && n == tensor->n)
            return known[k];
    }
    return "";
}

/* "bn1.num_batches_tracked" beside a running mean of ours: torch counts, nobody reads it */
static bool is_count(const fitting *f, const char *name)
{
    static const char ending[] = "num_batches_tracked";
    size_t n = strlen(name), length = sizeof ending - 1;
    if (n <= length || strcmp(name + n - length, ending) != 0)
        return false;
    return kd_get(f->want, kdi_format(f->arena, "%.*srunning_mean", (int)(n - length), name)) !=
           NULL;
}

static void look_for_more(fitting *f)
{
    size_t skip = strlen(f->prefix);
    for (int64_t i = 0; i < f->tensor->n; i++)
        if (!f->used[i] && !is_count(f, f->tensor->key[i] + skip))
            complain(f, kdi_format(f->arena, "it has '%s' (%s %s), which the network has not",
                                   f->tensor->key[i], kd_get_text(f->type, f->tensor->key[i], "?"),
                                   kd_shape_text(f->tensor->item[i]->shape)));
}

/* the tensor of a name, marked as used; NULL: there is none */
static const kd_value *tensor_named(fitting *f, const char *name)
{
    size_t skip = strlen(f->prefix);
    for (int64_t i = 0; i < f->tensor->n; i++)
        if (strcmp(f->tensor->key[i] + skip, name) == 0) {
            f->used[i] = true;
            return f->tensor->item[i];
        }
    return NULL;
}

/* name with the part between dots that is `from` called `to`; NULL where there is none */
static const char *renamed(const fitting *f, const char *name, const char *from, const char *to)
{
    size_t n = strlen(from);
    for (const char *at = name; (at = strstr(at, from)); at += n)
        if ((at == name || at[-1] == '.') && at[n] == '.')
            return kdi_format(f->arena, "%.*s%s%s", (int)(at - name), name, to, at + n);
    return NULL;
}

/* what the same thing is called by others, too */
static const kd_value *find(fitting *f, const char *name)
{
    static const char *const same[][2] = { { "shortcut", "downsample" }, { "linear", "fc" } };
    const kd_value *v = tensor_named(f, name);
    for (size_t i = 0; !v && i < sizeof same / sizeof *same; i++)
        for (int way = 0; !v && way < 2; way++) {
            const char *other = renamed(f, name, same[i][way], same[i][1 - way]);
            v = other ? tensor_named(f, other) : NULL;
        }
    return v;
}

/* ---- elements ---------------------------------------------------------------------- */

/* the first element that is no number here; -1: all are */
static int64_t not_finite(const kd_value *v)
{
    for (int64_t i = 0; i < v->n; i++) {
        double x =
            v->element == KD_F32 ? ((const float *)v->data)[i] : ((const double *)v->data)[i];
        if (!isfinite(x) || (sizeof(kd_real) == 4 && fabs(x) > FLT_MAX))
            return i;
    }
    return -1;
}

/* does float32 have every one of them? */
static bool survives(const kd_value *v)
{
    const double *x = v->data;
    for (int64_t i = 0; i < v->n; i++)
        if ((double)(float)x[i] < x[i] || (double)(float)x[i] > x[i])
            return false;
    return true;
}

static kd_value *as_int64(const kd_value *v, kdi_arena *a)
{
    kd_value *out = kd_array(a, KD_I64, v->shape, NULL);
    for (int64_t i = 0; i < v->n; i++)
        ((int64_t *)out->data)[i] = v->element == KD_I64   ? ((const int64_t *)v->data)[i]
                                    : v->element == KD_I32 ? ((const int32_t *)v->data)[i]
                                                           : ((const uint8_t *)v->data)[i];
    return out;
}

static bool is_real(const kd_value *v)
{
    return v->element == KD_F32 || v->element == KD_F64;
}

static void take(fitting *f, const char *name, const kd_value *want, const kd_value *v)
{
    bool real = is_real(want);
    int64_t bad = real ? not_finite(v) : -1;
    if (bad >= 0) {
        complain(f, kdi_format(f->arena,
                               "'%s' has an element that is not a finite %s (number "
                               "%" PRId64 ")",
                               name, sizeof(kd_real) == 4 ? "float32" : "float64", bad));
        return;
    }
    f->rounded += real && v->element == KD_F64 && sizeof(kd_real) == 4 && !survives(v);
    kd_value *fit =
        real ? kd_array(f->arena, v->element, v->shape, v->data) : as_int64(v, f->arena);
    fit->shape = want->shape;
    kd_set(f->tree, name, fit);
}

static const char *type_of(const fitting *f, const kd_value *v)
{
    for (int64_t i = 0; i < f->tensor->n; i++)
        if (f->tensor->item[i] == v)
            return kd_get_text(f->type, f->tensor->key[i], "?");
    return "?";
}

static void look_at(fitting *f, const char *name, const kd_value *want)
{
    const kd_value *v = find(f, name);
    bool real = is_real(want);
    if (!v)
        complain(f, kdi_format(f->arena, "it lacks '%s' (%s)", name, kd_shape_text(want->shape)));
    else if (real != is_real(v))
        complain(f, kdi_format(f->arena, "'%s' is of type %s, should be %s", name, type_of(f, v),
                               real ? "F32, F64, F16 or BF16" : "I64"));
    else if (!kdi_same_weights(v->shape, want->shape)) {
        char *found = kdi_strdup(f->arena, kd_shape_text(v->shape));
        complain(f, kdi_format(f->arena, "'%s' is %s, should be %s", name, found,
                               kd_shape_text(want->shape)));
    } else
        take(f, name, want, v);
}

/* ---- all of it --------------------------------------------------------------------- */

static int refuse(const fitting *f, const char *path, const char *owner)
{
    const char *more = "";
    if (f->problems > MOST_SAID)
        more = kdi_format(f->arena, "; and %" PRId64 " more", f->problems - MOST_SAID);
    return kd_error(KD_E_DATA, "%s does not fit %s: %s%s", path, owner, f->said, more);
}

int kdi_fit(kd_net *net, const kd_value *file, const char *path, const char *owner,
            int64_t *rounded)
{
    kdi_arena *a = kdi_arena_new("fitting weights");
    fitting f = { .want = kdi_scope_to_tree(net->scope, a, true),
                  .tensor = kd_get(file, "tensor"),
                  .type = kd_get(file, "type"),
                  .tree = kd_map(a),
                  .arena = a,
                  .said = "" };
    f.prefix = prefix_of(f.tensor);
    f.used = kdi_alloc0(a, (size_t)f.tensor->n + 1);
    for (int64_t i = 0; i < f.want->n; i++)
        look_at(&f, f.want->key[i], f.want->item[i]);
    look_for_more(&f);
    int code = f.problems ? refuse(&f, path, owner) : kdi_scope_from_tree(net->scope, f.tree, path);
    if (rounded)
        *rounded = f.rounded;
    kdi_arena_free(a);
    return code;
}
