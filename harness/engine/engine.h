/* engine.h - inside the engine: arenas, tensors, the tape, scopes, layers, optimisers, random
 * numbers. Operators (op_*.c) see kd/tensor.h and this; nothing here knows methods, Lua or HDF5. */
#ifndef KDI_ENGINE_H
#define KDI_ENGINE_H

#include <kd/error.h>
#include <kd/tensor.h>

/* ---- arena.c: bump allocation, no free; the only malloc of the program ---- */

typedef struct kdi_arena kdi_arena;

kdi_arena *kdi_arena_new(const char *name);
void kdi_arena_free(kdi_arena *a);
void *kdi_alloc(kdi_arena *a, size_t size);  /* 64-byte aligned, uninitialised */
void *kdi_alloc0(kdi_arena *a, size_t size); /* zeroed */
char *kdi_strdup(kdi_arena *a, const char *s);
char *kdi_format(kdi_arena *a, const char *fmt, ...) KD_PRINTF(2, 3);
void kdi_arena_reset(kdi_arena *a); /* forget everything; keeps the memory, as one piece */
size_t kdi_arena_used(const kdi_arena *a);
size_t kdi_arena_peak(const kdi_arena *a); /* the most that was ever used at once */
int64_t kdi_arena_mallocs(void);           /* calls of malloc so far, of all arenas */

/* ---- engine: one a process is enough ------------------------------------ */

typedef struct kdi_node kdi_node;
typedef struct kdi_hold kdi_hold;
typedef void kdi_backward(const kdi_node *node);

struct kd_engine {
    kdi_arena *run, *step;
    kdi_arena *work;  /* kdi_work's */
    kdi_arena *aside; /* a step arena for passes of which nothing is kept: input_gradient.c */
    kdi_node *last;   /* the tape, newest first */
    bool recording;   /* off: no tape, no gradients (evaluation) */
    bool inputs_only; /* no gradient for parameters: see input_gradient.c */
    bool training;    /* batch-norm takes the batch's statistics and updates the running ones */
    bool plain;       /* the portable kernels only: oracle and fallback */
    struct kdi_spare *spare; /* gradients that the walk is done with */
    int64_t generation;      /* of the step arena: grows with every reset */
    kdi_hold *hold;          /* NULL but for checks: see hold.c */
};

kd_engine *kdi_engine_new(void);
void kdi_engine_free(kd_engine *e);
void kdi_step_reset(kd_engine *e); /* forget the tape and the step arena */
/* n uninitialised reals for one kernel to work with; the next call gives them to another */
kd_real *kdi_work(kd_engine *e, int64_t n);

/* ---- tensors ------------------------------------------------------------- */

enum kdi_flag {
    KDI_TRACKED = 1, /* wants a gradient: a trainable parameter, or made from one */
    KDI_POISON = 2,
    KDI_PARAM = 4,    /* trainable: gradient in the run arena, kept until kdi_zero_grads */
    KDI_BUFFER = 8,   /* saved, not trained */
    KDI_TOUCHED = 16, /* a parameter that got a gradient since kdi_zero_grads */
    KDI_REACHED = 32, /* one that ever got one */
};

/* how the elements relate to torch's order */
enum kdi_layout { KDI_PLAIN, KDI_CONV, KDI_CONV_TRANSPOSED, KDI_LINEAR_CHW, KDI_CONV1D };

struct kd_tensor {
    kd_engine *engine;
    kd_shape shape;
    enum kd_dtype type;
    unsigned flags;
    void *data;
    kd_real *grad;    /* NULL until someone adds to it */
    const char *name; /* of parameters and buffers: "conv1.weight" inside their scope */
    enum kdi_layout layout;
    int64_t chw[3]; /* KDI_LINEAR_CHW: the map that was flattened */
    void *cache;    /* whatever a kernel keeps for this parameter */
};

struct kdi_node {
    kdi_node *before;
    const char *op;
    kdi_backward *backward;
    void *aux; /* in the step arena */
    kd_tensor *out;
    int nin;
    kd_tensor *in[];
};

size_t kdi_dtype_size(enum kd_dtype t);
kd_tensor *kdi_tensor(kdi_arena *a, kd_engine *e, enum kd_dtype type, kd_shape s); /* no values */
kd_tensor *kdi_poison(void);
/* record "OP: message" through kd_fail and return poison */
kd_tensor *kdi_refuse(const char *op, const char *fmt, ...) KD_PRINTF(2, 3);
void *kdi_aux(kd_tensor *x, size_t size); /* zeroed, in x's step arena */

/* The way every operator begins: a fresh output in the step arena, on the tape when an input is
 * tracked and `backward` is not NULL. Poison when an input is poison or NULL (no message: the
 * first failure has one already). The caller fills out->data, or returns when kd_is_poisoned. */
kd_tensor *kdi_out(const char *op, enum kd_dtype type, kd_shape s, kdi_backward *backward,
                   void *aux, int nin, kd_tensor *const *in);
/* the same, but the output is another view of in[0]'s elements */
kd_tensor *kdi_out_alias(const char *op, kd_shape s, kdi_backward *backward, void *aux,
                         kd_tensor *in);

static inline kd_real *kdi_r(const kd_tensor *x)
{
    return (kd_real *)x->data;
}
static inline bool kdi_wants(const kd_tensor *x)
{
    return x->flags & KDI_TRACKED && !(x->flags & KDI_PARAM && x->engine->inputs_only);
}

/* Gradient buffers, in backward functions. All return NULL when x wants none.
 * kdi_grad: to add to; zeroed when fresh.
 * kdi_grad_raw: *beta = 0: fresh and uninitialised, write every element; 1: add. */
kd_real *kdi_grad(kd_tensor *x);
kd_real *kdi_grad_raw(kd_tensor *x, kd_real *beta);
/* x's gradient += g, where g is numel elements in the step arena: kdi_grad_room's, or the gradient
 * of a node's output that has no other use */
void kdi_grad_give(kd_tensor *x, kd_real *g);
/* numel(x) uninitialised elements, taken from gradients that are done with where there are any */
kd_real *kdi_grad_room(const kd_tensor *x);
void kdi_grad_done(const kd_tensor *x, kd_real *g); /* what kdi_grad_room gave is free again */
/* may x's gradient be written over the node's output's, element by element? */
bool kdi_grad_in_place(const kdi_node *node, const kd_tensor *x);

int kdi_backward_from(kd_tensor *loss); /* seeds 1, runs the tape; error when poisoned or not 1 */
/* the same over what was recorded after `stop`, which was the newest node then */
int kdi_backward_to(kd_tensor *loss, const kdi_node *stop);
/* drops the gradients of everything on the tape, so that it can be walked again */
void kdi_tape_forget_grads(kd_engine *e);
int kdi_axis(const kd_tensor *x, int axis); /* negative ones counted from the end; -1: bad */

/* ---- hold.c: numeric differences that respect stopped gradients ------------ */

/* While engine->hold is set, values that leave the tape (kd_detach, kd_copy, kd_item, kd_reals of a
 * tracked tensor) are noted; after kdi_hold_replay the same calls in the same order give the noted
 * ones. Set it only around what is to be differentiated. */
kdi_hold *kdi_hold_new(void);
void kdi_hold_free(kdi_hold *h);
void kdi_hold_replay(kdi_hold *h);     /* from the first value on, again and again */
bool kdi_hold_lost(const kdi_hold *h); /* some replay made other calls */
void *kdi_held(kd_tensor *x);          /* x's elements, or what is held of them */
void kdi_hold_reverse(kd_tensor *x, kd_tensor *y, kd_real lambda); /* y falls where x rises */

/* ---- scopes -------------------------------------------------------------- */

typedef struct kdi_entry {
    struct kdi_entry *next;
    kd_tensor *x;
    const char *unused; /* reason, when declared unused */
} kdi_entry;

struct kd_scope {
    kd_engine *engine;
    const char *name;
    kd_scope *parent, *child, *last_child, *next;
    kdi_entry *entry, *last_entry;
    kd_layer *layer; /* when the scope is a layer's */
    bool frozen;     /* nothing made below it is trainable */
    bool no_grid;    /* places have no neighbours: no convolution wider than one place */
    kd_rng *rng;     /* initial values */
};

kd_scope *kdi_scope_root(kd_engine *e, const char *name, kd_rng *rng);
/* calls f for every entry below s in order of making; path is "layer1.0.conv1.weight" */
typedef int kdi_visit(kd_tensor *x, const char *path, const char *unused, void *user);
int kdi_scope_each(kd_scope *s, kdi_visit *f, void *user);
kd_tensor *kdi_scope_find(kd_scope *s, const char *path);
int64_t kdi_scope_params(kd_scope *s);           /* trainable elements */
void kdi_scope_freeze(kd_scope *s, bool frozen); /* (un)tracks every parameter below */
void kdi_zero_grads(kd_scope *s);
/* elements in torch's order and shape, and back; n is kd_numel */
void kdi_to_torch(const kd_tensor *x, kd_real *out, kd_shape *shape);
void kdi_from_torch(kd_tensor *x, const kd_real *in);

/* ---- random numbers: Philox4x32-10 ---------------------------------------- */

struct kd_rng {
    uint64_t key, stream; /* what it is for */
    uint64_t counter;
};

enum kdi_stream {
    KDI_STREAM_WEIGHTS,
    KDI_STREAM_ORDER,
    KDI_STREAM_AUGMENT,
    KDI_STREAM_METHOD,
    KDI_STREAM_SPLIT,
    KDI_STREAM_TEST,
    KDI_STREAM_DROPOUT,
    KDI_STREAM_SURFACE /* points on a mesh */
};

kd_rng kdi_rng(uint64_t seed, enum kdi_stream stream, uint64_t sub);
uint64_t kdi_hash64(const char *s); /* FNV-1a, for draws by name */
/* the bare function, one block of four words a counter; low word of the key first */
void kdi_philox(const uint32_t counter[4], uint64_t key, uint32_t out[4]);
uint32_t kdi_u32(kd_rng *r);
double kdi_uniform01(kd_rng *r); /* [0,1), 53 bits */
double kdi_normal(kd_rng *r);
int64_t kdi_below(kd_rng *r, int64_t n); /* 0..n-1, unbiased */
void kdi_shuffle(kd_rng *r, int64_t *x, int64_t n);

/* ---- columns.c ------------------------------------------------------------- */

/* to[c] = or (keep != 0) += sum over rows of x, rows x channels; summed in double, row by row */
void kdi_column_sums(int64_t rows, int64_t channels, const kd_real *x, kd_real keep, kd_real *to);

/* ---- blas.c: the only file that includes cblas.h -------------------------- */

/* C = alpha*op(A)*op(B) + beta*C, row-major; lda.. are row lengths as stored */
void kdi_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, kd_real alpha, const kd_real *a,
              int64_t lda, const kd_real *b, int64_t ldb, kd_real beta, kd_real *c, int64_t ldc);
void kdi_axpy(int64_t n, kd_real alpha, const kd_real *x, kd_real *y);
const char *kdi_blas_version(void);
const char *kdi_blas_core(void);

/* ---- onednn.c: the only file that includes dnnl.h -------------------------- */

typedef struct kdi_conv { /* one convolution's sizes */
    int64_t n, h, w, ic, oc, oh, ow;
    int kh, kw, stride, pad, groups;
} kdi_conv;
typedef struct kdi_epilogue {       /* of a forward pass: y = act(conv + bias + residual) */
    const kd_real *bias, *residual; /* or NULL */
    enum kd_act act;
} kdi_epilogue;
/* false: not built in, or not for these sizes; the caller takes the plain path */
bool kdi_dnn_conv_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                          const kdi_epilogue *then, kd_real *y);
bool kdi_dnn_conv_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *w,
                                kd_real *dx);
bool kdi_dnn_conv_backward_weight(const kdi_conv *c, const kd_real *x, const kd_real *dy,
                                  kd_real *dw, kd_real *dbias);
const char *kdi_dnn_version(void); /* "" when not built in */
const char *kdi_dnn_isa(void);

/* ---- conv_plain.c: the same without a library, for any sizes --------------- */

int64_t kdi_plain_conv_scratch(const kdi_conv *c); /* elements that `scratch` must hold */
void kdi_plain_conv_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                            const kd_real *bias, kd_real *y, kd_real *scratch);
void kdi_plain_conv_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *w,
                                  kd_real *dx, kd_real *scratch);
void kdi_plain_conv_backward_weight(const kdi_conv *c, const kd_real *x, const kd_real *dy,
                                    kd_real *dw, kd_real *dbias, kd_real *scratch);

/* ---- winograd.c: 3x3 of stride 1 as F(4x4, 3x3), in float, where there is AVX2 and FMA ------- */

bool kdi_wino_fits(const kdi_conv *c);
int64_t kdi_wino_scratch(const kdi_conv *c); /* elements */
void kdi_wino_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                      const kdi_epilogue *then, kd_real *y, kd_real *scratch);
void kdi_wino_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *w, kd_real *dx,
                            kd_real *scratch);
void kdi_wino_add_data(const kdi_conv *c, const kd_real *dy, const kd_real *w, kd_real *dx,
                       kd_real *scratch);
void kdi_wino_backward_weight(const kdi_conv *c, const kd_real *x, const kd_real *dy, kd_real *dw,
                              kd_real *scratch);

/* ---- direct.c: 1x1, in float, where there is AVX2 and FMA -------------------------------------
 */

bool kdi_direct_fits(const kdi_conv *c);
int64_t kdi_direct_scratch(const kdi_conv *c); /* elements */
void kdi_direct_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                        const kdi_epilogue *then, kd_real *y, kd_real *scratch);
void kdi_direct_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *w, kd_real *dx,
                              kd_real *scratch);
void kdi_direct_backward_weight(const kdi_conv *c, const kd_real *x, const kd_real *dy, kd_real *dw,
                                kd_real *scratch);

/* ---- depthwise.c: 3x3, a group a channel, in float, where there is AVX2 and FMA
 * ------------------ */

bool kdi_depthwise_fits(const kdi_conv *c);
int64_t kdi_depthwise_scratch(const kdi_conv *c); /* elements */
void kdi_depthwise_forward(const kdi_conv *c, const kd_real *x, const kd_real *w,
                           const kdi_epilogue *then, kd_real *y, kd_real *scratch);
void kdi_depthwise_backward_data(const kdi_conv *c, const kd_real *dy, const kd_real *w,
                                 kd_real *dx, kd_real *scratch);
void kdi_depthwise_backward_weight(const kdi_conv *c, const kd_real *x, const kd_real *dy,
                                   kd_real *dw, kd_real *scratch);

/* ---- conv.c: which of these kernels computes a convolution ---------------------------------- */

enum kdi_pass { KDI_FORWARD, KDI_BACKWARD_DATA, KDI_BACKWARD_WEIGHT };
/* our own families first */
enum kdi_conv_kernel { KDI_CONV_WINOGRAD, KDI_CONV_DIRECT, KDI_CONV_DEPTHWISE, KDI_CONV_ONEDNN };
const char *kdi_conv_name(enum kdi_conv_kernel k);
bool kdi_conv_fits(enum kdi_conv_kernel k, const kdi_conv *c);
enum kdi_conv_kernel kdi_conv_choose(const kdi_conv *c, enum kdi_pass pass);
enum kdi_conv_kernel kdi_conv_default(const kdi_conv *c, enum kdi_pass pass); /* without a row */
void kdi_conv_forward(kd_engine *e, const kdi_conv *c, const kd_real *x, const kd_real *w,
                      const kdi_epilogue *then, kd_real *y);
void kdi_conv_backward_data(kd_engine *e, const kdi_conv *c, const kd_real *dy, const kd_real *w,
                            kd_real *dx);
/* the same, added to sum; dx is room to work in */
void kdi_conv_add_data(kd_engine *e, const kdi_conv *c, const kd_real *dy, const kd_real *w,
                       kd_real *dx, kd_real *sum);
void kdi_conv_backward_weight(kd_engine *e, const kdi_conv *c, const kd_real *x, const kd_real *dy,
                              kd_real *dw, kd_real *dbias);
/* One pass by one kernel, for who compares them: x,w -> y; dy,w -> dx; x,dy -> dw. false: it has
 * none for these sizes */
bool kdi_conv_with(kd_engine *e, enum kdi_conv_kernel k, enum kdi_pass pass, const kdi_conv *c,
                   const kd_real *a, const kd_real *b, kd_real *out);
/* the sizes of the convolution that made this node of the tape; NULL: something else did */
const kdi_conv *kdi_node_conv(const kdi_node *node);

/* ---- optimisers ------------------------------------------------------------ */

enum kdi_optim_kind { KDI_SGD, KDI_ADAM, KDI_ADAMW };

typedef struct kdi_optim_spec {
    enum kdi_optim_kind kind;
    double momentum, beta1, beta2, eps, weight_decay;
    bool nesterov;
    double clip; /* largest norm of all gradients together; 0: none */
} kdi_optim_spec;

typedef struct kdi_optim kdi_optim;

/* State for every trainable parameter below the scopes, kept in a scope of its own so that a
 * checkpoint sees it. Parameters without a gradient in a step (not KDI_TOUCHED) are left alone. */
kdi_optim *kdi_optim_new(kd_engine *e, kdi_optim_spec spec, kd_scope *const *scope, int nscope);
kd_scope *kdi_optim_scope(kdi_optim *o);
/* one update of the parameters below scopes whose bit is set in `mask`; returns the gradient norm
 */
double kdi_optim_step(kdi_optim *o, double lr, unsigned mask);

enum kdi_schedule_kind { KDI_CONSTANT, KDI_STEPS, KDI_COSINE, KDI_ONECYCLE, KDI_LINEAR };
typedef struct kdi_schedule {
    enum kdi_schedule_kind kind;
    double base;          /* peak learning rate */
    double floor;         /* cosine, onecycle, linear: where it ends */
    double warmup;        /* share that rises linearly from 0 (onecycle: 0 means 0.3) */
    double gamma;         /* steps: factor at each milestone */
    double milestone[16]; /* steps: shares of the run, rising */
    int nmilestone;
} kdi_schedule;
double kdi_schedule_at(const kdi_schedule *s, int64_t step, int64_t nsteps);

/* ---- layers ------------------------------------------------------------------ */

enum kdi_layer_kind {
    KDI_LAYER_CONV,
    KDI_LAYER_LINEAR,
    KDI_LAYER_BATCHNORM,
    KDI_LAYER_GROUPNORM,
    KDI_LAYER_LAYERNORM,
    KDI_LAYER_EMBEDDING
};

struct kd_layer {
    enum kdi_layer_kind kind;
    kd_scope *scope;
    kd_conv_spec conv;
    kd_tensor *weight, *bias; /* batch-norm: gamma, beta */
    kd_tensor *mean, *var;    /* batch-norm: running statistics */
    kd_real eps, keep;        /* running = keep*running + (1-keep)*batch */
    int groups;               /* group-norm */
    kd_tensor *input;         /* batch-norm: what went in, this step */
    int64_t input_generation;
    bool unfolded;                          /* somebody reads this batch-norm: do not fold it */
    kd_tensor *folded_weight, *folded_bias; /* conv: room for its weights with a batch-norm in */
};

/* act(conv(x) + residual) without a gradient; weight and bias are the folded ones (op_conv.c) */
kd_tensor *kdi_conv2d_fused(kd_tensor *x, kd_tensor *weight, kd_tensor *bias, kd_conv_spec spec,
                            kd_tensor *residual, enum kd_act act);
/* batch-norm over all axes but the last, fused with residual and activation (op_norm.c) */
kd_tensor *kdi_batchnorm(kd_layer *bn, kd_tensor *x, kd_tensor *residual, enum kd_act act);

#endif
