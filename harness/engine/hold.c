/* Holding values constant while a check moves the inputs. A numeric difference must see what the
 * gradient sees: whatever left the tape (a detached tensor, a number read by the host) stays at its
 * value of the base point, and a reversed gradient is a reversed slope. */
#include "engine.h"

#include <string.h>

typedef struct held {
    struct held *next;
    void *value; /* NULL: the tensor had no gradient to stop */
    size_t size;
} held;

struct kdi_hold {
    kdi_arena *arena;
    held *first, *last, *at; /* at: the next to give back */
    bool replaying, lost;
};

kdi_hold *kdi_hold_new(void)
{
    kdi_arena *a = kdi_arena_new("hold");
    kdi_hold *h = kdi_alloc0(a, sizeof *h);
    h->arena = a;
    return h;
}

void kdi_hold_free(kdi_hold *h)
{
    if (h)
        kdi_arena_free(h->arena);
}

void kdi_hold_replay(kdi_hold *h)
{
    h->replaying = true;
    h->at = h->first;
}

bool kdi_hold_lost(const kdi_hold *h)
{
    return h->lost || (h->replaying && h->at);
}

static void *note(kdi_hold *h, kd_tensor *x)
{
    held *v = kdi_alloc0(h->arena, sizeof *v);
    v->size = (size_t)kd_numel(x) * kdi_dtype_size(x->type);
    if (kdi_wants(x))
        v->value = memcpy(kdi_alloc(h->arena, v->size + 1), x->data, v->size);
    if (h->last)
        h->last->next = v;
    else
        h->first = v;
    h->last = v;
    return x->data;
}

void *kdi_held(kd_tensor *x)
{
    kdi_hold *h = x->engine ? x->engine->hold : NULL;
    if (!h)
        return x->data;
    if (!h->replaying)
        return note(h, x);
    held *v = h->at;
    if (!v || v->size != (size_t)kd_numel(x) * kdi_dtype_size(x->type)) {
        h->lost = true;
        return x->data;
    }
    h->at = v->next;
    return v->value ? v->value : x->data;
}

void kdi_hold_reverse(kd_tensor *x, kd_tensor *y, kd_real lambda)
{
    if (!x->engine->hold || kd_is_poisoned(y))
        return;
    const kd_real *base = kdi_held(x), *now = kdi_r(x);
    for (int64_t i = 0, n = kd_numel(x); i < n; i++)
        kdi_r(y)[i] = base[i] - lambda * (now[i] - base[i]);
}
