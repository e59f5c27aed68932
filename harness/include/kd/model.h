/* kd/model.h - networks: what a method may ask of one, and how a family describes itself. */
#ifndef KD_MODEL_H
#define KD_MODEL_H

#include <kd/option.h>
#include <kd/tensor.h>

typedef struct kd_net kd_net;

enum kd_tap_kind { KD_TAP_STEM = 1, KD_TAP_STAGE = 2, KD_TAP_POOLED = 4 };

/* One feature of a network. The taps of a network, in order, are the list that RepDistiller's
 * networks return with is_feat=True: the stem, the stages, the pooled vector. */
typedef struct kd_tap {
    const char *name; /* "stem", "stage1", ..., "pooled" */
    enum kd_tap_kind kind;
    kd_tensor *x;   /* images N,H,W,C; points and tokens N,P,C; pooled: N,C */
    kd_tensor *pre; /* as preact=True returns it; NULL when nobody asked for it */
} kd_tap;

typedef struct kd_named {
    const char *name;
    kd_tensor *x;
    const int64_t *offset; /* ragged: rows offset[i]..offset[i+1] are sample i's; else NULL */
} kd_named;

typedef struct kd_view { /* one network's outputs for one batch */
    kd_tensor *logits;   /* rows x classes, valid rows only */
    kd_tensor *pooled;   /* what went into the classifier */
    const kd_tap *tap;
    int ntap;
    const kd_named *output; /* every output by name, these included */
    int noutput;
    kd_net *net;
} kd_view;

/* the stages' maps among taps, from shallow to deep, at most `most` of them; how many they are */
int kd_stages(const kd_tap *tap, int ntap, kd_tensor **map, int most);
bool kd_equal_channels(const kd_tap *tap, int ntap);        /* are all stages of the same width? */
kd_tensor *kd_view_get(const kd_view *v, const char *name); /* NULL when there is none */
/* N,H,W,C: the map whose mean over places is `pooled`, so that a classifier of pooled vectors can
 * be applied at each place: what the last stage gave, or what the network makes of that. A message
 * and poison where `pooled` is not the mean of a map. */
kd_tensor *kd_view_map(const kd_view *v);
/* its channels, from shapes: a network's pooled vector (no axes: none) and its taps */
int64_t kd_map_channels(kd_shape pooled, const kd_tap *tap, int ntap);

kd_view kd_net_forward(kd_net *net, kd_tensor *input);
kd_view kd_net_evaluate(kd_net *net, kd_tensor *input);  /* with running statistics */
kd_tensor *kd_net_head(kd_net *net, kd_tensor *pooled);  /* pooled -> logits */
kd_layer *kd_net_classifier(kd_net *net);                /* the head's last layer, or NULL */
kd_view kd_net_from(kd_net *net, int tap, kd_tensor *x); /* go on from tap `tap` */
kd_net *kd_net_copy(kd_scope *in, const char *name, const kd_net *from); /* saved, not trained */
void kd_net_mix(kd_net *avg, const kd_net *now, kd_real keep);           /* avg = keep*avg + .. */
int kd_net_batchnorms(kd_net *net);             /* asking switches folding off for this network */
kd_layer *kd_net_batchnorm(kd_net *net, int i); /* in forward order */
kd_layer *kd_net_tap_batchnorm(kd_net *net, int tap); /* the last before a tap, or NULL */

/* ---- a family of networks ----------------------------------------------- */

/* what a sample is: a batch of images is N,H,W,C; of point clouds N,P,C (x, y, z, then the normal);
 * of texts i64 N,L: tokens 1.., then padding of zeros; or N,L,2: each token with its segment */
enum kd_medium { KD_IMAGE, KD_POINTS, KD_TOKENS, KD_NMEDIUM };
extern const char *const kd_medium_name[]; /* "image", "points", "tokens" */

typedef struct kd_input { /* what the data set feeds it */
    int64_t channels, height, width, classes;
    enum kd_medium kind;
    int64_t points;             /* KD_POINTS: how many; channels are 3 or 6 */
    int64_t length, vocabulary; /* KD_TOKENS: tokens a text, and how many there are */
} kd_input;

/* How a file of reference outputs (kdbench check --models) speaks of a family. "a:b" says that what
 * is a in the file is b here, "a#:b#" the same of a1, a2, ..; "c=1" sets an option; what has the
 * same name needs no word. Item i of a list "widths" is the option widths<i>, i = 1.. */
typedef struct kd_reference {
    const char *group;   /* groups whose names begin so: "dgcnn"; the longest that fits counts */
    const char *options; /* "emb_dims:emb norm=post"; a size of the input is none; or NULL */
    const char
        *outputs;     /* taps, "stage1.pre", and what kd_net_output named: "x1:stage1"; or NULL */
    bool log_softmax; /* the file's logits are log-probabilities */
} kd_reference;

/* `stage` i of 0..ntaps-1 takes tap i-1 (stage 0: the input) to tap i; the last gives the pooled
 * vector. Where `pre` is not NULL it also gives the value before the stage's last activation. */
typedef struct kd_model {
    const char *name;    /* "resnet" */
    const char *help;    /* one sentence: the paper, and whose variant */
    enum kd_medium kind; /* what it is fed */
    unsigned tracks;     /* enum kd_track bits (kd/method.h): what it is for; 0: classify */
    const char *beside;  /* an input beside the samples, by kd_net_give: "timesteps"; or NULL */
    size_t self_size;
    const kd_option *options; /* sizes; bound by offset into self */
    /* architecture strings of the field: sets self from "resnet8x4"; false: not of this family */
    bool (*parse)(const char *arch, void *self);
    /* the canonical string for the options in self, e.g. "resnet8x4"; size of buf is 64 */
    void (*spell)(const void *self, char *buf);
    int (*build)(kd_net *net, kd_scope *scope, const kd_input *in, void *self);
    kd_tensor *(*stage)(void *self, int i, kd_tensor *x, kd_tensor **pre);
    /* from the last stage's map to the one that is averaged; NULL: they are the same */
    kd_tensor *(*map)(void *self, kd_tensor *x);
    kd_tensor *(*head)(void *self, kd_tensor *pooled);
    kd_layer *(*classifier)(void *self); /* the head's last layer; NULL: the last linear one */
    const kd_reference *references;      /* ended by an empty one; NULL: groups are `parse`d */
} kd_model;

/* called by build, once a tap, in order; `bn` is the batch-norm before it or NULL */
void kd_net_add_tap(kd_net *net, const char *name, enum kd_tap_kind kind, kd_layer *bn);

/* ---- for stages and heads ------------------------------------------------ */

/* the input of this forward pass: stages after the first look at a text's tokens or a cloud's
 * points through it. Equal `pass` numbers mean the same input. */
kd_tensor *kd_net_input(const kd_net *net);
int64_t kd_net_pass(const kd_net *net);
/* An input beside the samples, one number (i64) each, for the passes of this step until another is
 * given: the time steps of a denoiser. Stages ask kd_net_given for it: a message and poison where
 * none of as many samples was given. */
void kd_net_give(kd_net *net, const char *name, kd_tensor *x);
kd_tensor *kd_net_given(const kd_net *net, const char *name);
/* does somebody read what attention layers compute? (KD_NEED_ATTENTION) */
bool kd_net_shows_attention(const kd_net *net);
/* one more output of this pass, by name: "logits_dist"; or, where kd_net_shows_attention, of layer
 * i = 1..: "query<i>", "key<i>", "value<i>" (N,L,width), "score<i>" (N,heads,L,L: before the
 * softmax, nothing masked), "attention<i>" (its softmax over the keys that are not padding) */
void kd_net_output(kd_net *net, const char *name, kd_tensor *x);
/* x / (1 - p) where a draw of this step's stream says so, else 0; x itself in evaluation */
kd_tensor *kd_net_dropout(kd_net *net, kd_tensor *x, kd_real p);

#define KD_MODEL(id, ...)                                                                          \
    extern const kd_model kd_model_##id;                                                           \
    const kd_model kd_model_##id = { .name = #id, __VA_ARGS__ }

#endif
