/* Scopes: the tree of everything that is trained or saved, and its order. */
#include "op.h"

#include <stdio.h>
#include <string.h>

enum { PATH = 256 };

kd_scope *kdi_scope_root(kd_engine *e, const char *name, kd_rng *rng)
{
    kd_scope *s = kdi_alloc0(e->run, sizeof *s);
    s->engine = e;
    s->name = kdi_strdup(e->run, name);
    s->rng = rng;
    return s;
}

kd_scope *kd_scope_new(kd_scope *in, const char *name)
{
    kd_scope *s = kdi_scope_root(in->engine, name, in->rng);
    s->parent = in;
    s->frozen = in->frozen;
    s->no_grid = in->no_grid;
    if (in->last_child)
        in->last_child->next = s;
    else
        in->child = s;
    in->last_child = s;
    return s;
}

const char *kd_numbered(const char *name, int64_t number)
{
    enum { BUFFERS = 8, LENGTH = 64 };
    static char text[BUFFERS][LENGTH];
    static int turn;
    char *out = text[turn++ % BUFFERS];
    snprintf(out, LENGTH, "%s%lld", name, (long long)number);
    return out;
}

static kd_tensor *entry_new(kd_scope *in, const char *name, enum kd_dtype type, kd_shape shape,
                            unsigned flags)
{
    kdi_arena *a = in->engine->run;
    kdi_entry *entry = kdi_alloc0(a, sizeof *entry);
    kd_tensor *x = kdi_tensor(a, in->engine, type, shape);
    x->name = kdi_strdup(a, name);
    x->flags = flags;
    memset(x->data, 0, (size_t)kd_numel(x) * kdi_dtype_size(type));
    entry->x = x;
    if (in->last_entry)
        in->last_entry->next = entry;
    else
        in->entry = entry;
    in->last_entry = entry;
    return x;
}

kd_tensor *kd_param_new(kd_scope *in, const char *name, kd_shape s)
{
    unsigned flags = KDI_PARAM | (in->frozen ? 0 : KDI_TRACKED);
    return entry_new(in, name, KD_REAL_T, s, flags);
}

kd_tensor *kd_buffer_new(kd_scope *in, const char *name, kd_shape s)
{
    return entry_new(in, name, KD_REAL_T, s, KDI_BUFFER);
}

kd_tensor *kd_buffer_i64_new(kd_scope *in, const char *name, kd_shape s)
{
    return entry_new(in, name, KD_I64_T, s, KDI_BUFFER);
}

static int each(kd_scope *s, const char *prefix, kdi_visit *f, void *user)
{
    char path[PATH];
    for (kdi_entry *entry = s->entry; entry; entry = entry->next) {
        snprintf(path, sizeof path, "%s%s", prefix, entry->x->name);
        KD_TRY(f(entry->x, path, entry->unused, user));
    }
    for (kd_scope *c = s->child; c; c = c->next) {
        snprintf(path, sizeof path, "%s%s.", prefix, c->name);
        KD_TRY(each(c, path, f, user));
    }
    return KD_OK;
}

int kdi_scope_each(kd_scope *s, kdi_visit *f, void *user)
{
    return each(s, "", f, user);
}

struct search {
    const char *path;
    kd_tensor *found;
};

static int match(kd_tensor *x, const char *path, const char *unused, void *user)
{
    struct search *look = user;
    (void)unused;
    if (strcmp(path, look->path) == 0)
        look->found = x;
    return KD_OK;
}

kd_tensor *kdi_scope_find(kd_scope *s, const char *path)
{
    struct search look = { .path = path };
    kdi_scope_each(s, match, &look);
    return look.found;
}

static int count(kd_tensor *x, const char *path, const char *unused, void *user)
{
    (void)path;
    (void)unused;
    if (x->flags & KDI_PARAM)
        *(int64_t *)user += kd_numel(x);
    return KD_OK;
}

int64_t kdi_scope_params(kd_scope *s)
{
    int64_t n = 0;
    kdi_scope_each(s, count, &n);
    return n;
}

void kdi_scope_freeze(kd_scope *s, bool frozen)
{
    s->frozen = frozen;
    for (kdi_entry *entry = s->entry; entry; entry = entry->next)
        if (entry->x->flags & KDI_PARAM) {
            entry->x->flags &= ~(unsigned)KDI_TRACKED;
            entry->x->flags |= frozen ? 0 : KDI_TRACKED;
        }
    for (kd_scope *c = s->child; c; c = c->next)
        kdi_scope_freeze(c, frozen);
}

void kdi_zero_grads(kd_scope *s)
{
    for (kdi_entry *entry = s->entry; entry; entry = entry->next)
        entry->x->flags &= ~(unsigned)KDI_TOUCHED;
    for (kd_scope *c = s->child; c; c = c->next)
        kdi_zero_grads(c);
}

void kd_declare_unused(kd_layer *layer, const char *reason)
{
    for (kdi_entry *entry = layer->scope->entry; entry; entry = entry->next)
        entry->unused = reason;
}

void kd_fill(kd_tensor *x, kd_real value)
{
    for (int64_t i = 0, n = kd_numel(x); i < n; i++)
        kdi_r(x)[i] = value;
}

void kd_fill_normal(kd_tensor *x, kd_rng *rng, kd_real mean, kd_real sd)
{
    for (int64_t i = 0, n = kd_numel(x); i < n; i++)
        kdi_r(x)[i] = (kd_real)(mean + sd * kdi_normal(rng));
}

void kd_fill_uniform(kd_tensor *x, kd_rng *rng, kd_real lo, kd_real hi)
{
    for (int64_t i = 0, n = kd_numel(x); i < n; i++)
        kdi_r(x)[i] = (kd_real)(lo + (hi - lo) * kdi_uniform01(rng));
}

void kd_assign(kd_tensor *x, kd_tensor *value)
{
    if (kd_is_poisoned(value) || kd_is_poisoned(x))
        return;
    if (kd_numel(x) != kd_numel(value) || x->type != value->type) {
        kd_fail("kd_assign: %s wants %s, has %s", x->name, kd_shape_text(x->shape),
                kd_shape_text(value->shape));
        return;
    }
    memcpy(x->data, value->data, (size_t)kd_numel(x) * kdi_dtype_size(x->type));
}

void kd_assign_rows(kd_tensor *x, kd_tensor *index, kd_tensor *rows)
{
    if (kdi_unfit_i64("kd_assign_rows", index) || kd_is_poisoned(rows) || kd_numel(index) == 0)
        return;
    if (kd_dim(x, 0) == 0) {
        kd_fail("kd_assign_rows: %s has no rows", x->name);
        return;
    }
    int64_t n = kd_numel(index), width = kd_numel(x) / kd_dim(x, 0);
    if (kd_numel(rows) != n * width || rows->type != x->type) {
        kd_fail("kd_assign_rows: %s has rows of %lld, %lld of them wanted, has %s", x->name,
                (long long)width, (long long)n, kd_shape_text(rows->shape));
        return;
    }
    size_t size = (size_t)width * kdi_dtype_size(x->type);
    for (int64_t i = 0; i < n; i++) {
        int64_t at = kd_i64s(index)[i];
        if (at < 0 || at >= kd_dim(x, 0)) {
            kd_fail("kd_assign_rows: row %lld of %s, which has %lld", (long long)at, x->name,
                    (long long)kd_dim(x, 0));
            return;
        }
        memcpy((char *)x->data + (size_t)at * size, (char *)rows->data + (size_t)i * size, size);
    }
}
