/* oneDNN's convolutions: a primitive a shape, made once and kept. The only file that sees dnnl.h.
 *
 * Images stay N,H,W,C. Weights are reordered from O,kh,kw,I to whatever blocking the primitive
 * likes, which costs about a hundredth of the convolution. Which kernel runs depends on sizes and
 * the machine alone. */
#include "engine.h"
#include "simd.h"

#if defined(KD_HAVE_ONEDNN) && !defined(KD_DOUBLE)

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <string.h>

enum pass { FORWARD, DATA, WEIGHT, FUSED };

typedef struct key {
    kdi_conv size;
    enum pass pass;
    int bias, residual;
    enum kd_act act;
} key;

/* one operand: the caller's memory, or a buffer of ours with a reorder between */
typedef struct operand {
    dnnl_memory_t user, own; /* own: NULL when the primitive takes the caller's layout */
    dnnl_primitive_t reorder;
} operand;

typedef struct entry {
    key key;
    bool good; /* false: oneDNN has nothing for this */
    dnnl_primitive_t op;
    dnnl_memory_t in, out, bias, residual, scratchpad;
    operand weight;
} entry;

enum { SLOTS = 4096 };

static struct {
    kdi_arena *arena;
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    entry *slot[SLOTS];
    int nslot;
    void *scratch; /* shared by all primitives, which run one at a time */
    size_t scratch_size;
} dnn;

/* in a function that returns bool: go on only after success */
#define OK(call)                                                                                   \
    do {                                                                                           \
        if ((call) != dnnl_success)                                                                \
            return false;                                                                          \
    } while (0)

/* A worker has one thread, whatever the environment says: how the work is split changes the bits.
 * oneDNN takes the number from OpenMP, which comes with it and is not otherwise linked. */
static void use_one_thread(void)
{
    void *symbol = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    void (*set)(int);
    memcpy(&set, &symbol, sizeof set);
    if (set)
        set(1);
}

/* before anything else is asked of oneDNN: a process where KD_SIMD is avx2 runs no wider kernels */
static void limit_isa(void)
{
    if (kdi_simd_level() == 1)
        dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2);
}

static bool start(void)
{
    if (dnn.arena)
        return dnn.stream != NULL;
    limit_isa();
    use_one_thread();
    dnn.arena = kdi_arena_new("onednn");
    OK(dnnl_engine_create(&dnn.engine, dnnl_cpu, 0));
    OK(dnnl_stream_create(&dnn.stream, dnn.engine, dnnl_stream_default_flags));
    return true;
}

/* ---- memory ----------------------------------------------------------------- */

typedef struct layouts { /* of one convolution's operands */
    dnnl_memory_desc_t in, out, bias, weight, any_weight;
} layouts;

/* dims in oneDNN's order N,C,H,W; elements in ours */
static bool image_layout(dnnl_memory_desc_t *md, int64_t n, int64_t h, int64_t w, int64_t c)
{
    dnnl_dims_t dims = { n, c, h, w };
    OK(dnnl_memory_desc_init_by_tag(md, 4, dims, dnnl_f32, dnnl_nhwc));
    return true;
}

static bool describe(const kdi_conv *c, layouts *l)
{
    int64_t g = c->groups, og = c->oc / g, ig = c->ic / g, kh = c->kh, kw = c->kw;
    int skip = g == 1; /* without groups the leading axis goes */
    dnnl_dims_t dims = { g, og, ig, kh, kw };
    dnnl_dims_t strides = { og * kh * kw * ig, kh * kw * ig, 1, kw * ig, ig };
    dnnl_dims_t bias = { c->oc };
    OK(dnnl_memory_desc_init_by_strides(&l->weight, 5 - skip, dims + skip, dnnl_f32,
                                        strides + skip));
    OK(dnnl_memory_desc_init_by_tag(&l->any_weight, 5 - skip, dims + skip, dnnl_f32,
                                    dnnl_format_tag_any));
    OK(dnnl_memory_desc_init_by_tag(&l->bias, 1, bias, dnnl_f32, dnnl_a));
    return image_layout(&l->in, c->n, c->h, c->w, c->ic) &&
           image_layout(&l->out, c->n, c->oh, c->ow, c->oc);
}

static bool memory(dnnl_memory_t *m, const dnnl_memory_desc_t *md, void *data)
{
    OK(dnnl_memory_create(m, md, dnn.engine, data));
    return true;
}

/* ---- primitive descriptors: what differs between API v2 and v3 ------------------ */

static bool activation(dnnl_post_ops_t ops, enum kd_act act)
{
    if (act == KD_ACT_RELU)
        OK(dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, 0, 0));
    else if (act == KD_ACT_LEAKY)
        OK(dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, 0.1f, 0));
    else if (act == KD_ACT_RELU6)
        OK(dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_clip, 0, 6));
    return true;
}

static bool attributes(const key *k, const layouts *l, dnnl_primitive_attr_t attr)
{
    dnnl_post_ops_t ops;
    OK(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user));
    if (k->pass != FUSED)
        return true;
    OK(dnnl_post_ops_create(&ops));
    if (k->residual)
        OK(dnnl_post_ops_append_binary(ops, dnnl_binary_add, &l->out));
    if (!activation(ops, k->act))
        return false;
    OK(dnnl_primitive_attr_set_post_ops(attr, ops));
    OK(dnnl_post_ops_destroy(ops));
    return true;
}

static bool conv_desc(const key *k, const layouts *l, dnnl_convolution_desc_t *d)
{
    const kdi_conv *c = &k->size;
    const dnnl_memory_desc_t *bias = k->bias ? &l->bias : NULL;
    dnnl_dims_t stride = { c->stride, c->stride }, before = { c->pad, c->pad };
    dnnl_dims_t after = { (c->oh - 1) * c->stride + c->kh - c->h - c->pad,
                          (c->ow - 1) * c->stride + c->kw - c->w - c->pad };
    if (k->pass == DATA)
        OK(dnnl_convolution_backward_data_desc_init(d, dnnl_convolution_direct, &l->in,
                                                    &l->any_weight, &l->out, stride, before,
                                                    after));
    else if (k->pass == WEIGHT)
        OK(dnnl_convolution_backward_weights_desc_init(d, dnnl_convolution_direct, &l->in,
                                                       &l->any_weight, bias, &l->out, stride,
                                                       before, after));
    else
        OK(dnnl_convolution_forward_desc_init(
            d, k->pass == FUSED ? dnnl_forward_inference : dnnl_forward_training,
            dnnl_convolution_direct, &l->in, &l->any_weight, bias, &l->out, stride, before, after));
    return true;
}

/* backward primitives are chosen with a forward one as a hint */
static bool forward_hint(const key *k, const layouts *l, dnnl_primitive_desc_t *pd)
{
    key forward = { .size = k->size, .pass = FORWARD };
    dnnl_convolution_desc_t d;
    if (!conv_desc(&forward, l, &d))
        return false;
    OK(dnnl_primitive_desc_create(pd, &d, NULL, dnn.engine, NULL));
    return true;
}

static bool choose(const key *k, const layouts *l, dnnl_primitive_desc_t *pd)
{
    dnnl_convolution_desc_t d;
    dnnl_primitive_attr_t attr;
    dnnl_primitive_desc_t hint = NULL;
    bool backward = k->pass == DATA || k->pass == WEIGHT;
    if (!conv_desc(k, l, &d) || (backward && !forward_hint(k, l, &hint)))
        return false;
    OK(dnnl_primitive_attr_create(&attr));
    bool good = attributes(k, l, attr) &&
                dnnl_primitive_desc_create(pd, &d, attr, dnn.engine, hint) == dnnl_success;
    dnnl_primitive_attr_destroy(attr);
    if (hint)
        dnnl_primitive_desc_destroy(hint);
    return good;
}

/* ---- making an entry ---------------------------------------------------------------- */

/* from the caller's layout to the primitive's, or back for a weight's gradient */
static bool make_reorder(entry *e, const dnnl_memory_desc_t *user, const dnnl_memory_desc_t *own)
{
    dnnl_primitive_desc_t pd;
    bool back = e->key.pass == WEIGHT;
    if (!memory(&e->weight.user, user, DNNL_MEMORY_NONE))
        return false;
    if (dnnl_memory_desc_equal(user, own))
        return true;
    if (!memory(&e->weight.own, own, kdi_alloc0(dnn.arena, dnnl_memory_desc_get_size(own))))
        return false;
    OK(dnnl_reorder_primitive_desc_create(&pd, back ? own : user, dnn.engine, back ? user : own,
                                          dnn.engine, NULL));
    OK(dnnl_primitive_create(&e->weight.reorder, pd));
    OK(dnnl_primitive_desc_destroy(pd));
    return true;
}

static void need_scratch(size_t size)
{
    if (size <= dnn.scratch_size)
        return;
    dnn.scratch_size = size + size / 2;
    dnn.scratch = kdi_alloc(dnn.arena, dnn.scratch_size);
}

static bool make(entry *e)
{
    layouts l;
    dnnl_primitive_desc_t pd;
    if (!start() || !describe(&e->key.size, &l) || !choose(&e->key, &l, &pd))
        return false;
    dnnl_query_t which = e->key.pass == WEIGHT ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
    const dnnl_memory_desc_t *scratch =
        dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
    need_scratch(dnnl_memory_desc_get_size(scratch));
    bool good = dnnl_primitive_create(&e->op, pd) == dnnl_success &&
                make_reorder(e, &l.weight, dnnl_primitive_desc_query_md(pd, which, 0)) &&
                memory(&e->in, &l.in, DNNL_MEMORY_NONE) &&
                memory(&e->out, &l.out, DNNL_MEMORY_NONE) &&
                memory(&e->bias, &l.bias, DNNL_MEMORY_NONE) &&
                memory(&e->residual, &l.out, DNNL_MEMORY_NONE) &&
                memory(&e->scratchpad, scratch, DNNL_MEMORY_NONE);
    dnnl_primitive_desc_destroy(pd);
    return good;
}

/* the key without padding between its members, so that bytes compare */
static key key_of(const kdi_conv *c, enum pass pass)
{
    key k;
    memset(&k, 0, sizeof k);
    k.size.n = c->n, k.size.h = c->h, k.size.w = c->w, k.size.ic = c->ic, k.size.oc = c->oc;
    k.size.oh = c->oh, k.size.ow = c->ow, k.size.kh = c->kh, k.size.kw = c->kw;
    k.size.stride = c->stride, k.size.pad = c->pad, k.size.groups = c->groups;
    k.pass = pass;
    return k;
}

static uint64_t hash(const key *k)
{
    const unsigned char *byte = (const unsigned char *)k;
    uint64_t h = 0xCBF29CE484222325u;
    for (size_t i = 0; i < sizeof *k; i++)
        h = (h ^ byte[i]) * 0x100000001B3u;
    return h;
}

/* the entry of a key, made on first use; NULL: oneDNN cannot, or there are too many shapes */
static entry *find(const key *k)
{
    size_t at = hash(k) % SLOTS;
    for (; dnn.slot[at]; at = (at + 1) % SLOTS)
        if (memcmp(&dnn.slot[at]->key, k, sizeof *k) == 0)
            return dnn.slot[at]->good ? dnn.slot[at] : NULL;
    if (dnn.nslot >= SLOTS / 2 || !start())
        return NULL;
    entry *e = kdi_alloc0(dnn.arena, sizeof *e);
    memcpy(&e->key, k, sizeof *k);
    dnn.slot[at] = e;
    dnn.nslot++;
    e->good = make(e);
    return e->good ? e : NULL;
}

/* ---- running --------------------------------------------------------------------------- */

enum { MAX_ARGS = 8 };

typedef struct args {
    dnnl_exec_arg_t arg[MAX_ARGS];
    int n;
} args;

static bool bind(args *a, int what, dnnl_memory_t m, const void *data)
{
    if (data)
        OK(dnnl_memory_set_data_handle(m, (void *)data));
    a->arg[a->n++] = (dnnl_exec_arg_t){ what, m };
    return true;
}

static bool run_reorder(const operand *w, bool back)
{
    args a = { .n = 0 };
    bind(&a, DNNL_ARG_FROM, back ? w->own : w->user, NULL);
    bind(&a, DNNL_ARG_TO, back ? w->user : w->own, NULL);
    OK(dnnl_primitive_execute(w->reorder, dnn.stream, a.n, a.arg));
    return true;
}

/* runs e with the weight at `w`, reordered before or after; the other operands are in `a` */
static bool run(entry *e, args *a, const kd_real *w)
{
    bool gradient = e->key.pass == WEIGHT;
    OK(dnnl_memory_set_data_handle(e->weight.user, (void *)w));
    if (e->weight.own && !gradient && !run_reorder(&e->weight, false))
        return false;
    bind(a, gradient ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS,
         e->weight.own ? e->weight.own : e->weight.user, NULL);
    if (!bind(a, DNNL_ARG_SCRATCHPAD, e->scratchpad, dnn.scratch))
        return false;
    OK(dnnl_primitive_execute(e->op, dnn.stream, a->n, a->arg));
    return !(e->weight.own && gradient) || run_reorder(&e->weight, true);
}

static bool forward(const key *k, const kd_real *x, const kd_real *w, const kdi_epilogue *then,
                    kd_real *y)
{
    entry *e = find(k);
    args a = { .n = 0 };
    return e && bind(&a, DNNL_ARG_SRC, e->in, x) && bind(&a, DNNL_ARG_DST, e->out, y) &&
           (!then->bias || bind(&a, DNNL_ARG_BIAS, e->bias, then->bias)) &&
           (!then->residual || bind(&a, DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1,
                                    e->residual, then->residual)) &&
           run(e, &a, w);
}

bool kdi_dnn_conv_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                          const kdi_epilogue *then, kd_real *y)
{
    key k = key_of(c, then->residual || then->act ? FUSED : FORWARD);
    k.bias = then->bias != NULL;
    k.residual = then->residual != NULL;
    k.act = then->act;
    return forward(&k, x, w, then, y);
}

bool kdi_dnn_conv_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *w, kd_real *dx)
{
    key k = key_of(c, DATA);
    entry *e = find(&k);
    args a = { .n = 0 };
    return e && bind(&a, DNNL_ARG_DIFF_DST, e->out, dy) && bind(&a, DNNL_ARG_DIFF_SRC, e->in, dx) &&
           run(e, &a, w);
}

bool kdi_dnn_conv_backward_weight(const kdi_conv *c, const kd_real *x, const kd_real *dy,
                                  kd_real *dw, kd_real *dbias)
{
    key k = key_of(c, WEIGHT);
    k.bias = dbias != NULL;
    entry *e = find(&k);
    args a = { .n = 0 };
    return e && bind(&a, DNNL_ARG_SRC, e->in, x) && bind(&a, DNNL_ARG_DIFF_DST, e->out, dy) &&
           (!dbias || bind(&a, DNNL_ARG_DIFF_BIAS, e->bias, dbias)) && run(e, &a, dw);
}

const char *kdi_dnn_version(void)
{
    static char text[64];
    const dnnl_version_t *v = dnnl_version();
    snprintf(text, sizeof text, "%d.%d.%d", v->major, v->minor, v->patch);
    return text;
}

const char *kdi_dnn_isa(void)
{
    static const struct {
        dnnl_cpu_isa_t isa;
        const char *name;
    } known[] = { { dnnl_cpu_isa_sse41, "sse41" },
                  { dnnl_cpu_isa_avx, "avx" },
                  { dnnl_cpu_isa_avx2, "avx2" },
                  { dnnl_cpu_isa_avx512_core, "avx512_core" },
                  { dnnl_cpu_isa_avx512_core_vnni, "avx512_core_vnni" },
                  { dnnl_cpu_isa_avx512_core_bf16, "avx512_core_bf16" } };
    limit_isa();
    dnnl_cpu_isa_t now = dnnl_get_effective_cpu_isa();
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].isa == now)
            return known[i].name;
    return "other";
}

#else /* the caller takes the plain path */

bool kdi_dnn_conv_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                          const kdi_epilogue *then, kd_real *y)
{
    (void)c, (void)x, (void)w, (void)then, (void)y;
    return false;
}

bool kdi_dnn_conv_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *w, kd_real *dx)
{
    (void)c, (void)dy, (void)w, (void)dx;
    return false;
}

bool kdi_dnn_conv_backward_weight(const kdi_conv *c, const kd_real *x, const kd_real *dy,
                                  kd_real *dw, kd_real *dbias)
{
    (void)c, (void)x, (void)dy, (void)dw, (void)dbias;
    return false;
}

const char *kdi_dnn_version(void)
{
    return "";
}

const char *kdi_dnn_isa(void)
{
    return "";
}

#endif
