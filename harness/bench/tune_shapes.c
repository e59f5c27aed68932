/* The convolutions of a network, read off the tape of one sample. */
#include "bench/bench.h"
#include "bench/tune.h"
#include "engine/simd.h"

#include <string.h>

static bool has_choice(const kdi_conv *c)
{
    for (enum kdi_conv_kernel k = 0; k < KDI_CONV_ONEDNN; k++)
        if (kdi_conv_fits(k, c))
            return true;
    return false;
}

/* the place of a key, or where it belongs */
static int place_of(const kdi_shapes *s, const int *key)
{
    int at = 0;
    while (at < s->n && kdi_conv_compare(s->at[at].key, key) < 0)
        at++;
    return at;
}

static void make_room(kdi_shapes *s)
{
    if (s->n < s->room)
        return;
    kdi_shape *old = s->at;
    s->room = s->room ? 2 * s->room : 256;
    s->at = kdi_alloc(s->arena, (size_t)s->room * sizeof *s->at);
    if (s->n)
        memcpy(s->at, old, (size_t)s->n * sizeof *s->at);
}

static void add(kdi_shapes *s, const kdi_conv *c, enum kdi_pass pass)
{
    kdi_shape new = { .conv = *c, .pass = pass };
    if (!kdi_conv_key(kdi_simd_level(), c, pass, new.key) || !has_choice(c))
        return;
    int at = place_of(s, new.key);
    if (at < s->n && kdi_conv_compare(s->at[at].key, new.key) == 0)
        return;
    make_room(s);
    memmove(s->at + at + 1, s->at + at, (size_t)(s->n - at) * sizeof *s->at);
    s->at[at] = new;
    s->at[at].conv.n = KDI_BENCH_BATCH;
    s->n++;
}

static void add_node(kdi_shapes *s, const kdi_node *node)
{
    const kdi_conv *c = kdi_node_conv(node);
    if (!c)
        return;
    add(s, c, KDI_FORWARD);
    if (kdi_wants(node->in[0]))
        add(s, c, KDI_BACKWARD_DATA);
    if (kdi_wants(node->in[1]))
        add(s, c, KDI_BACKWARD_WEIGHT);
}

/* running statistics: a single sample may have no others */
static int run_one(kd_engine *e, const kd_value *spec, const kd_input *in)
{
    kd_net *net;
    KD_TRY(kdi_net_new(&net, kdi_scope_root(e, "", NULL), "net", spec, in, NULL));
    kdi_net_set_training(net, false);
    kd_shape shape = KD_SHAPE(1, in->height, in->width, in->channels);
    kd_tensor *x = kdi_tensor(e->step, e, KD_REAL_T, shape);
    memset(x->data, 0, (size_t)kd_numel(x) * sizeof(kd_real));
    kd_net_forward(net, x);
    return kd_error_code();
}

int kdi_shapes_add(kdi_shapes *s, const kd_value *spec)
{
    kd_input in = { kd_get_int(spec, "channels", 3), kd_get_int(spec, "height", 32),
                    kd_get_int(spec, "width", 32), kd_get_int(spec, "classes", 100) };
    kd_engine *e = kdi_engine_new();
    int code = run_one(e, spec, &in);
    for (const kdi_node *node = e->last; code == KD_OK && node; node = node->before)
        add_node(s, node);
    kdi_engine_free(e);
    return code;
}
