/* kd/method.h - the whole contract between the benchmark and a distillation method.
 *
 * A method is one constant kd_method, defined with KD_METHOD in methods/<name>/<name>.c. Only .loss
 * (or .step) is required. Everything the harness must know is data in the descriptor. */
#ifndef KD_METHOD_H
#define KD_METHOD_H

#include <stdbool.h>
#include <stdint.h>
#include <kd/error.h>
#include <kd/model.h>
#include <kd/option.h>
#include <kd/tensor.h>

#define KD_ABI_VERSION 3u
#define KD_ABI         (KD_ABI_VERSION << 8 | (uint32_t)sizeof(kd_real))

/* ---- what the method sees in a step -------------------------------------- */

/* a student tap and its teacher tap: pre-activation values where .taps asks for them */
typedef struct kd_pair {
    const char *name; /* the student tap's */
    kd_tensor *s, *t;
} kd_pair;

/* student[0] with one teacher, as the sweep paired them */
typedef struct kd_pairs {
    const kd_pair *at;
    int n;
} kd_pairs;

typedef struct kd_step {
    const kd_view *student, *teacher;
    const kd_view *student2, *teacher2; /* of input2; NULL without .second */
    int nstudent, nteacher;
    const kd_pair *pair; /* pairs[0], which a method with one teacher reads */
    int npair;
    const kd_pairs *pairs; /* one a teacher */
    kd_tensor *input;      /* what student[0] sees; what .batch put in its place */
    kd_tensor *input2;     /* .second: another one a sample */
    kd_tensor *mask;       /* texts: N,L, 1 at a token, 0 at padding; else NULL */
    kd_tensor *label;      /* i64, one a row of logits */
    kd_tensor *index;      /* i64, KD_NEED_INDEX: each sample's place in the training set */
    kd_tensor *row_sample; /* i64, one a row of logits: its sample's number in the batch */
    const kd_named *item;  /* every input and target of the batch by name */
    int nitem;
    int64_t batch;        /* samples */
    int64_t step, nsteps; /* of the whole run */
    int epoch, nepochs;   /* of the whole run */
    struct kdi_step *host;
} kd_step;

/* shapes and scope, before the first batch */
typedef struct kd_build {
    kd_scope *scope; /* what is made here is trained, saved, counted, reported */
    struct kd_side {
        kd_shape logits, pooled; /* of one batch; axis 0 is the batch */
        const kd_tap *tap;       /* shapes only: x and pre hold no values */
        int ntap;
        const kd_named *output; /* shapes only, these included; kd_side_get finds one */
        int noutput;
        enum kd_medium kind; /* what it is fed */
    } student, teacher;      /* the first of each */
    const kd_pair *pair;     /* shapes only */
    int npair;
    const kd_pairs *pairs; /* shapes only; one a teacher */
    int nstudent, nteacher;
    int64_t batch, nsamples, nclasses;
    const int64_t *label; /* of the training set, nsamples long */
    int64_t nsteps;
    int nepochs;
    kd_shape input;        /* of one batch, as student[0] sees it */
    const kd_pixel *pixel; /* images: one a channel of the input, for attacks; else NULL */
    kd_net *net;           /* the first student */
    kd_net *const *teachers;
    kd_rng *rng;
} kd_build;

/* ---- what the method says about itself ----------------------------------- */

enum kd_scheme { KD_OFFLINE, KD_ONLINE, KD_SELF };
enum kd_source { KD_RESPONSE = 1, KD_FEATURE = 2, KD_RELATION = 4, KD_SYNTHETIC = 8 };
/* which taps are paired: NONE; STAGES, all of them; LAST, the last stage; HINT, the stage whose
 * place in the list of taps the method's option `hint_layer` gives; _PRE: before the activation;
 * ALL, as STAGES, and of a teacher the stages without a partner are there too. Of a teacher's taps
 * a method sees those that are paired, and the pooled vector. */
enum kd_taps {
    KD_TAPS_NONE,
    KD_TAPS_STAGES,
    KD_TAPS_LAST,
    KD_TAPS_HINT,
    KD_TAPS_STAGES_PRE,
    KD_TAPS_ALL
};
enum kd_track {
    KD_CLASSIFY = 1,
    KD_SEGMENT = 2,
    KD_LM = 4,
    KD_DIFFUSE = 8,
    KD_REPRESENT = 16,
    KD_ALIGN = 32
};
enum kd_need {
    KD_NEED_INDEX = 1,        /* step->index */
    KD_NEED_LABELS = 2,       /* it reads step->label itself (not only kd_label_term) */
    KD_NEED_TEACHER_LIVE = 4, /* teacher forwards every step: no cached outputs */
    KD_NEED_LOGITS = 8,       /* of a teacher it reads the logits alone: it gets nothing else */
    /* it runs teachers itself (kd_net_forward(step->teacher->net, x)): their views are the net
       alone */
    KD_NEED_TEACHER_NET = 16,
    /* networks show what their attention layers compute (kd_net_output); teachers run live */
    KD_NEED_ATTENTION = 32,
};
/* a second image of each sample, in step->input2; every network sees it too */
enum kd_second {
    KD_SECOND_NONE,
    KD_SECOND_VIEW,   /* the same image, augmented anew (crop_flip where the data are not) */
    KD_SECOND_STRONG, /* the same image, strongly augmented */
    KD_SECOND_CLASS,  /* another image of the same class */
};
enum kd_train { KD_TRAIN_STUDENT = 1, KD_TRAIN_METHOD = 2, KD_TRAIN_TEACHER = 4 };
enum kd_prop { /* each is tested, on the distillation terms, where claimed */
               KD_PROP_ZERO_WHEN_EQUAL = 1, /* zero when student and teacher give the same */
               KD_PROP_NONNEGATIVE = 2,
               KD_PROP_SHIFT_LOGITS = 4,  /* unchanged by a constant added to a row of logits */
               KD_PROP_PERMUTE_BATCH = 8, /* unchanged when the batch is reordered */
};

typedef struct kd_cite {
    const char *key, *authors, *title, *venue, *url;
    int year;
} kd_cite;

typedef struct kd_phase { /* a stretch of training with its own loss */
    const char *name;
    const char *epochs; /* the int option that says how long; NULL: the rest */
    unsigned train;     /* KD_TRAIN_*; 0: student and method */
    void (*loss)(kd_step *s, void *self);
    /* In each step of the next phase, before its loss, on the same forward pass and with an update
     * of its own: a discriminator's. It may train the method alone, and goes back no further than
     * what its loss makes: not into the students, nor what .batch made. .epochs is NULL. */
    bool alternate;
} kd_phase;

/* fields of self that a checkpoint must keep (scopes keep themselves) */
typedef struct kd_field {
    const char *name;
    enum kd_type type;
    size_t at;
} kd_field;
#define KD_KEEP_REAL(S, f)                                                                         \
    {                                                                                              \
        .name = #f, .type = KD_T_REAL, .at = KD_AT_(S, f, kd_real)                                 \
    }
#define KD_KEEP_INT(S, f)                                                                          \
    {                                                                                              \
        .name = #f, .type = KD_T_INT, .at = KD_AT_(S, f, int)                                      \
    }

typedef struct kd_method {
    uint32_t abi, size; /* filled in by KD_METHOD */
    const char *name;

    const char *title; /* "Attention transfer" */
    const char *notes; /* formula, reductions, where code and paper differ; or NULL */
    kd_cite cite;
    enum kd_scheme scheme;
    unsigned source;      /* kd_source bits */
    const char *category; /* the survey's leaf, e.g. "Sources/Logit" */
    unsigned tracks;      /* kd_track bits; 0: classify */
    struct kd_range {
        int min, max;
    } teachers, students; /* 0,0: what the scheme implies */
    enum kd_taps taps;
    unsigned need;  /* kd_need bits */
    unsigned props; /* kd_prop bits */
    enum kd_second second;
    /* kinds of input of the students that it has a meaning for, 1 << enum kd_medium, and what about
     * others; 0: all */
    unsigned media;
    const char *media_why;
    /* the int option that says up to which tap students share the first one's layers (0: the stem;
     * -1: nothing shared; beyond the last that leaves them something: that one); NULL: each has its
     * own */
    const char *trunk;
    /* taps of points and tokens stay rows, N,P,C; otherwise a method sees them as maps one place
     * wide, N,P,1,C */
    bool rows;
    /* paired taps need not have the same places: what it compares is between samples or channels */
    bool any_places;
    bool baseline; /* learns from labels only: exempt from "it distils" */

    size_t self_size;
    const kd_option *options; /* ends with {0} */
    const kd_field *state;    /* ends with {0} */
    const kd_phase *phases;   /* ends with {0}; NULL: one phase, .loss, to the end */

    void (*setup)(kd_build *b, void *self);
    void (*batch)(kd_step *s, void *self); /* before the forward pass: replace or add inputs */
    void (*loss)(kd_step *s, void *self);  /* call kd_label_term and kd_term for each part */
    void (*after)(kd_step *s, void *self); /* after the update: banks, moving averages */
    void (*step)(kd_step *s, void *self);  /* instead of loss: run the whole step yourself */
    /* the logits that evaluation scores, from step->student and step->input; NULL: student[0]'s.
     * There are no teachers' outputs, labels or draws then. */
    kd_tensor *(*predict)(kd_step *s, void *self);
    /* where student[0] and teacher[0] are fed different kinds of data: what retrieval between them
     * compares by the cosine, rows of one width, from step->student and step->teacher, which has
     * everything; NULL: the logits, less their mean over classes. No labels or draws. */
    void (*embed)(kd_step *s, void *self, kd_tensor **zs, kd_tensor **zt);
} kd_method;

#if defined(__GNUC__)
#define KD_EXPORT __attribute__((visibility("default")))
#else
#define KD_EXPORT
#endif
#define KD_METHOD(id, ...)                                                                         \
    extern KD_EXPORT const kd_method kd_method_##id;                                               \
    const kd_method kd_method_##id = {                                                             \
        .abi = KD_ABI, .size = sizeof(kd_method), .name = #id, __VA_ARGS__                         \
    }

/* ---- what the method may ask for ------------------------------------------ */

kd_tensor *kd_side_get(const struct kd_side *side, const char *name); /* NULL when there is none */
/* how many of "score1", "score2"... there are for "score": layers with attention */
int kd_side_count(const struct kd_side *side, const char *name);

/* add weight * value to the loss. kd_label_term: the part learned from labels (logged as "ce");
 * kd_term: a part that distils. Terms of one name are summed in the log. */
void kd_label_term(kd_step *s, kd_real weight, kd_tensor *value);
void kd_term(kd_step *s, const char *name, kd_real weight, kd_tensor *value);

/* random draws of this step by name: the same (seed, step, name) gives the same values whatever
 * else was drawn, and a test can replay them. A name is drawn at most once a step. */
kd_tensor *kd_uniform(kd_step *s, const char *name, kd_shape shape); /* [0,1) */
kd_tensor *kd_normal(kd_step *s, const char *name, kd_shape shape);  /* mean 0, deviation 1 */
kd_tensor *kd_integers(kd_step *s, const char *name, kd_shape shape, int64_t below); /* i64 */
/* i64 batch,n: places in the training set of samples of other classes than each sample's own */
kd_tensor *kd_negatives(kd_step *s, const char *name, int64_t n);

/* how much of the first `share` of the run is done: 0 at its beginning, 1 after it */
double kd_progress(const kd_step *s, double share);
/* the sigmoid-shaped ramp-up of consistency losses: exp(-5 (1 - x)^2), x = kd_progress */
double kd_ramp_up(const kd_step *s, double share);

kd_tensor *kd_item_named(const kd_step *s, const char *name); /* NULL when the batch has none */
/* for .batch: networks see x instead; as many images as the batch has, or a multiple of that */
void kd_replace_input(kd_step *s, kd_tensor *x);
void kd_step_forward(kd_step *s);                               /* for .step */
void kd_step_update(kd_step *s, unsigned who, kd_tensor *loss); /* backward, clip, optimiser */

#endif
