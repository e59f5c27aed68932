/* net.h - inside a network: what kd_net holds, and what the host may do with one that a method may
 * not. Families (resnet.c, vgg.c, ...) see parts.h and the functions at the end. */
#ifndef KDI_NET_H
#define KDI_NET_H

#include <kd/model.h>
#include "base/medium.h"
#include "base/value.h"
#include "engine/engine.h"

enum { KDI_NET_TAPS = 32, KDI_NET_OUTPUTS = 128, KDI_ARCH = 64 };

typedef struct kdi_tap_info {
    const char *name, *pre_name; /* "stage1", "stage1.pre" */
    enum kd_tap_kind kind;
    kd_layer *bn;   /* the batch-norm before the tap's activation, or NULL */
    kd_shape shape; /* for one sample: axis 0 is 1 */
} kdi_tap_info;

struct kd_net {
    const kd_model *model;
    kd_engine *engine;
    kd_scope *scope;
    void *self; /* the family's private struct, options bound */
    kd_input in;
    char arch[KDI_ARCH]; /* the canonical string: "resnet8x4" */
    kdi_tap_info tap[KDI_NET_TAPS];
    int ntap;
    kd_layer **bn; /* every batch-norm, in order of construction = forward order */
    int nbn;
    bool training;    /* batch-norm takes the batch's statistics */
    bool frozen;      /* no gradient reaches its parameters */
    bool want_pre;    /* fill kd_tap.pre */
    bool attention;   /* fill what attention layers compute */
    bool all;         /* name everything that a reference names */
    kd_tensor *input; /* of the pass that is running, or was the last */
    int64_t pass;
    kd_tensor *given; /* model->beside, by kd_net_give */
    int64_t given_generation;
    kd_named output[KDI_NET_OUTPUTS]; /* of that pass, by kd_net_output */
    int noutput;
    uint64_t dropout_seed; /* of this step; 0: none, so nothing is dropped */
    int64_t ndropout;      /* draws in this step */
    const kd_named *shape; /* output, as the dry run had it: a batch of one */
    int nshape;
    kd_shape logits; /* for one sample */
    int64_t params;  /* trainable when built */
    double flops;    /* 2 x multiply-adds of convolutions and linear layers, a sample */
};

/* generated from the folder: every KD_MODEL in it, ended by NULL */
extern const kd_model *const kdi_models[];

/* ---- which network: spec = { family = "resnet", options = { depth = 8 } } ---- */

const kd_model *kdi_model_find(const char *family); /* NULL when there is none */
/* "resnet8x4", "wrn_16_2_w0.5" or an alias of the field -> its spec, every option given */
int kdi_model_parse(const char *arch, kdi_arena *a, kd_value **spec);
/* the family of a spec, and its private struct with the options bound */
int kdi_model_bind(const kd_value *spec, kdi_arena *a, const kd_model **model, void **self);
int kdi_model_kind(const kd_value *spec, enum kd_medium *kind); /* what its family is fed */
/* the first track that the family is for: "classify", "lm", ... */
const char *kdi_model_task(const kd_model *m);
/* { name, help, kind, task, options = { { name, help, type, default, min, max } } }; NULL: no such
 * family */
kd_value *kdi_model_describe(const char *family, kdi_arena *a);

/* ---- the host's side of a network --------------------------------------- */

/* Builds it below `in` in a scope of its own called `name`, weights drawn from `rng`; trains until
 * told otherwise. A dry run of one sample checks that the input fits and measures it. */
int kdi_net_new(kd_net **out, kd_scope *in, const char *name, const kd_value *spec,
                const kd_input *input, kd_rng *rng);
void kdi_net_freeze(kd_net *net, bool frozen); /* freezing also ends training mode */
void kdi_net_set_training(kd_net *net, bool training);
void kdi_net_want_pre(kd_net *net, bool want);
void kdi_net_want_attention(kd_net *net, bool want);
void kdi_net_want_all(kd_net *net, bool want);
/* what dropout draws from until it is called again: a number of the run's seed, network and step */
void kdi_net_set_step(kd_net *net, uint64_t seed, int64_t step);
/* for stages run without the ones before them: kd_net_from after outputs that came from a cache */
void kdi_net_see(kd_net *net, kd_tensor *input);
/* do its places lie in a grid, so that neighbours and sizes mean something? */
bool kdi_net_has_grid(const kd_net *net);
/* zeros of the shape that a batch of n has: "N,H,W,C", "N,P,C" or "N,L"; texts are of full length,
 * of token 1 */
kd_tensor *kdi_net_zeros(const kd_net *net, int64_t n);
/* is it of the kind that the family is fed, with sizes that can be? */
int kdi_input_check(const kd_model *model, const kd_input *in, kdi_arena *a);
int64_t kdi_net_params(const kd_net *net);
double kdi_net_flops(const kd_net *net);
/* forward arithmetic of the operator that made this node: 0 unless it has weights to multiply by */
double kdi_node_flops(const kdi_node *node);

/* the shapes of a batch, as kd_build wants them: tensors in the run arena that hold no values */
typedef struct kdi_probe {
    kd_shape logits, pooled;
    const kd_tap *tap;
    int ntap;
    const kd_named *output;
    int noutput;
} kdi_probe;
int kdi_net_probe(kd_net *net, int64_t batch, kdi_probe *out);

/* fills v->output: logits, and those of the taps that are there, by name, in the step arena */
void kdi_net_name_outputs(const kd_net *net, kd_view *v);

/* ---- for families --------------------------------------------------------- */

void *kdi_net_alloc(kd_net *net, size_t size); /* zeroed, lives as long as the network */
/* does a check want more than methods are shown: neighbours, values between layers? */
bool kdi_net_shows_all(const kd_net *net);

/* ---- net.c to copy.c ------------------------------------------------------- */

kd_net *kdi_net_build(kd_scope *in, const char *name, const kd_model *model, const void *self,
                      const kd_input *input, kd_rng *rng);
int kdi_net_measure(kd_net *net); /* the dry run */

#endif
