/* bare.h - a method's callbacks without networks, data or trainer: tensors in, terms and gradients
 * out. Golden vectors, numeric gradients, properties and edge cases are all checked on top of it.
 *
 *   kdi_bare *b = kdi_bare_new(m, seed);
 *   kd_tensor *zs = kdi_bare_leaf(b, KDI_STUDENT, 0, "logits", KD_SHAPE(4, 10));
 *   kdi_bare_leaf(b, KDI_TEACHER, 0, "logits", KD_SHAPE(4, 10));
 *   kdi_bare_labels(b, 4, label);
 *   KD_TRY(kdi_bare_setup(b, options));
 *   KD_TRY(kdi_bare_run(b, NULL, KDI_DISTIL, &value));
 *   const kd_real *g = kdi_bare_grad(zs);
 *   KD_TRY(kdi_bare_after(b));
 *   kdi_bare_free(b);
 *
 * Leaves live as long as the bare step: change their elements and run again. Those of students want
 * gradients, those of teachers do not. The method's own parameters and buffers are in b->own. */
#ifndef KDI_BARE_H
#define KDI_BARE_H

#include "base/value.h"
#include "train/pairing.h"
#include "train/step.h"

/* the second two: what the networks say of step->input2 */
enum kdi_side { KDI_STUDENT, KDI_TEACHER, KDI_STUDENT2, KDI_TEACHER2, KDI_NSIDE };
enum kdi_terms { KDI_DISTIL = 1, KDI_LABEL = 2 }; /* kd_term's sum, kd_label_term's sum */

enum { KDI_BARE_TAPS = KDI_MAX_PAIRS, KDI_BARE_OUTPUTS = 128 };

typedef struct kdi_bare_net {
    kd_view view;
    kd_tap tap[KDI_BARE_TAPS];
    kd_named output[KDI_BARE_OUTPUTS]; /* every leaf by name */
} kdi_bare_net;

typedef struct kdi_bare {
    const kd_method *method;
    void *self; /* its private struct, options bound */
    kd_engine *engine;
    kd_scope *leaves;     /* "student0.logits", "teacher1.stage2", "student0.stage2.pre" */
    kd_scope *own;        /* what .setup made: "proj.weight" */
    kd_scope *networks;   /* NULL, or those behind the views: the maker's business */
    struct kdi_step step; /* step.pub is what callbacks get; epoch, nepochs... may be set */
    kdi_bare_net net[KDI_NSIDE][KDI_MAX_NETS];
    int nnet[KDI_NSIDE];
    kd_pair pair[KDI_MAX_NETS][KDI_MAX_PAIRS];
    kd_pairs pairs[KDI_MAX_NETS];
    kdi_draw replay[KDI_MAX_DRAWS];
    const kd_pixel *pixel; /* NULL: those of kdi_bare_setup */
    bool pair_all;         /* pair every stage with its counterpart, whatever .taps says */
    enum kd_medium kind;   /* what kd_build says that networks are fed */
    kd_build build;
    kd_rng rng;
} kdi_bare;

/* 64 training samples in 10 classes, epoch 0 of 4, step 0, until the fields say otherwise */
kdi_bare *kdi_bare_new(const kd_method *m, uint64_t seed);
void kdi_bare_free(kdi_bare *b);

/* ---- before setup: what the networks and the data give ------------------------ */

/* A tensor of network i, zeros until the caller fills it. `what`: "logits", "pooled", the name of
 * a tap ("stem", else a stage), or that and ".pre". Networks and taps are made in order. */
kd_tensor *kdi_bare_leaf(kdi_bare *b, enum kdi_side side, int i, const char *what, kd_shape s);
/* one more output of network i, as kd_net_output gives it: "score1" */
kd_tensor *kdi_bare_output(kdi_bare *b, enum kdi_side side, int i, const char *name, kd_shape s);
/* A network behind view i that is nothing but its classifier; without weight, the identity. Maps
 * are flattened as they lie. */
void kdi_bare_head(kdi_bare *b, enum kdi_side side, int i, kd_tensor *weight, kd_tensor *bias);
/* the same for one that gives these logits, whatever is put into it */
void kdi_bare_verdict(kdi_bare *b, enum kdi_side side, int i, kd_tensor *logits);
/* the same for one that is a batch-norm with these running statistics */
void kdi_bare_norm(kdi_bare *b, enum kdi_side side, int i, kd_tensor *mean, kd_tensor *var);
/* without these, sample i has label i % classes (of the logits, else of the training set) and is
 * sample i of the training set */
void kdi_bare_labels(kdi_bare *b, int64_t n, const int64_t *label);
void kdi_bare_index(kdi_bare *b, int64_t n, const int64_t *index);
/* sample i of the training set is of class i % nclasses */
void kdi_bare_training_set(kdi_bare *b, int64_t nsamples, int64_t nclasses);
/* what a draw of that name gives from now on; x must outlive it (kdi_bare_i64, kdi_bare_reals) */
void kdi_bare_replay(kdi_bare *b, const char *name, kd_tensor *x);
/* untracked tensors that live as long as b */
kd_tensor *kdi_bare_i64(kdi_bare *b, kd_shape s, const int64_t *value);
kd_tensor *kdi_bare_reals(kdi_bare *b, kd_shape s, const kd_real *value);

/* ---- running -------------------------------------------------------------------- */

/* Binds options (map or NULL), pairs taps as the descriptor asks, runs .setup. Unless ->pixel says
 * otherwise, pixels of 0..1 were normalised by a mean of 1/2 and a deviation of 1/4. */
int kdi_bare_setup(kdi_bare *b, const kd_value *options);

/* Runs the loss of a phase (NULL: the last one, or .loss) on a fresh tape; b->step has its terms.
 */
int kdi_bare_loss(kdi_bare *b, const char *phase);
/* The sum of the terms that are among `names` (NULL-terminated) or belong to `parts`; NULL: none.
 * A name the loss did not give is an error. */
int kdi_bare_sum(kdi_bare *b, unsigned parts, const char *const *names, kd_tensor **sum);
/* gradients of `sum` with respect to leaves and own parameters; once a kdi_bare_loss */
int kdi_bare_backward(kdi_bare *b, kd_tensor *sum);
/* the three in one; no term of these parts: value 0, no gradients */
int kdi_bare_run(kdi_bare *b, const char *phase, unsigned parts, double *value);
/* the value alone, without a tape: for numeric differences */
int kdi_bare_value(kdi_bare *b, const char *phase, unsigned parts, double *value);
/* runs .after, if there is one, on the step that kdi_bare_loss left */
int kdi_bare_after(kdi_bare *b);

kd_tensor *kdi_bare_find(kdi_bare *b, const char *path); /* among leaves, then own; NULL: none */
const kd_real *kdi_bare_grad(const kd_tensor *x); /* NULL: the last backward did not reach it */

#endif
