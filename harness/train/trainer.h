/* trainer.h - one run: the networks, the method, the optimiser and where it stands. */
#ifndef KDI_TRAINER_H
#define KDI_TRAINER_H

#include "base/value.h"
#include "data/data.h"
#include "models/net.h"
#include "store/teacher_cache.h"
#include "train/pairing.h"
#include "train/phases.h"
#include "train/step.h"
#include "train/track.h"

/* Teachers always run on this many samples at once, short batches padded, because a row's bits may
 * depend on the size of the batch it is in. */
enum { KDI_TEACHER_BATCH = 64, KDI_EVAL_BATCH = 64, KDI_MAX_CURVES = 64, KDI_NPROTOCOL = 3 };
enum { KDI_MOST_METRICS = 16 };

typedef struct kdi_teacher {
    kd_net *net;
    kd_scope *scope;
    kdi_cache *cache;           /* of the training split; NULL: live */
    const char *sha256;         /* of its weights, "" when it was never saved */
    kd_real *logits[KD_NSPLIT]; /* of validation and test, once known */
    enum kd_medium kind;        /* what it is fed */
} kdi_teacher;

typedef struct kdi_curve { /* one number an epoch */
    char name[48];
    double *value; /* nepochs; NAN where not measured */
} kdi_curve;

typedef struct kdi_trainer {
    kdi_arena *arena;
    kd_engine *engine;
    const kd_value *spec;
    const kdi_track *track;
    kdi_data *data;
    kd_input input; /* what students are fed */

    const kd_method *method;
    void *self;
    kdi_options options;
    kdi_plan plan;
    kdi_pairing pairing[KDI_MAX_NETS]; /* of student[0] with each teacher */

    kd_scope *root, *students, *owned; /* owned: what the method made */
    kd_net *student[KDI_MAX_NETS];
    int nstudent;
    kdi_teacher teacher[KDI_MAX_NETS];
    int nteacher;          /* those the method learns from */
    kdi_teacher reference; /* for metrics only; net NULL when there is none */
    kd_rng init_rng[KDI_MAX_NETS], method_rng;

    kdi_optim *optim;
    kdi_schedule schedule;
    int64_t batch, steps_per_epoch, nsteps, step;
    int epoch, nepochs, eval_every;
    kd_attack attack; /* on the finished student; 0 steps: none */
    int64_t attacked; /* samples of each split; 0: all */
    uint64_t seed;
    int64_t *order;

    struct kdi_step host;
    const kdi_batch *now; /* this step's */
    kd_view student_view[KDI_MAX_NETS], teacher_view[KDI_MAX_NETS];
    kd_view student_second[KDI_MAX_NETS], teacher_second[KDI_MAX_NETS];
    kd_pair pair[KDI_MAX_NETS][KDI_MAX_PAIRS];
    kd_pairs pairs[KDI_MAX_NETS];
    int trunk; /* students share layers up to this tap; -1: none */

    kdi_curve curve[KDI_MAX_CURVES];
    int ncurve;
    double best_val, best_test;          /* of the primary metric */
    int best_val_epoch, best_test_epoch; /* -1: none yet */
    kd_value *best_weights;              /* of student[0] at best_val_epoch */
    kdi_arena *best_arena[2];            /* the newest and the one before */
    kd_value *prediction[KD_NSPLIT];     /* of the last epoch, once it is done */
    double distil_norm;                  /* largest gradient norm of the distilling terms alone */

    double train_seconds, data_seconds, teacher_seconds, eval_seconds;
    double train_cpu_seconds; /* what others on the machine do is not in it */
    size_t step_bytes;        /* the most that a step held */
} kdi_trainer;

/* What spec does not say: open data, files of teachers and caches. */
typedef struct kdi_trainer_with {
    kdi_data *data;
    struct {
        const kd_value *weights; /* tree of the teacher's weights; NULL: as initialised */
        const char *sha256;
        kdi_cache *cache[KD_NSPLIT]; /* NULL: compute */
    } teacher[KDI_MAX_NETS];         /* in the order of spec.teacher, or spec.reference */
} kdi_trainer_with;

int kdi_trainer_new(kdi_trainer **out, const kd_value *spec, const kdi_trainer_with *with);
void kdi_trainer_free(kdi_trainer *t);

/* ---- loop.c ------------------------------------------------------------------ */
int kdi_trainer_epoch(kdi_trainer *t); /* steps, then evaluation; t->epoch grows by one */
int kdi_trainer_step(kdi_trainer *t, const int64_t *index);

/* ---- teacher.c ---------------------------------------------------------------- */
/* outputs of a frozen network for a batch of any size, at the fixed batch size */
int kdi_teacher_live(kdi_trainer *t, kd_net *net, kd_tensor *input, kd_view *out);
/* logits of every sample of a split, in order: n x classes, in the trainer's arena */
int kdi_teacher_logits(kdi_trainer *t, kdi_teacher *teacher, enum kd_split split);

/* ---- teacher_cached.c ---------------------------------------------------------- */
/* of teacher i for a training batch, from its cache or live */
int kdi_teacher_view(kdi_trainer *t, int i, const kdi_batch *batch, kd_view *out);

/* ---- students.c ---------------------------------------------------------------- */
/* makes the students' stages up to a tap those of the first, as the method's .trunk says */
int kdi_share_trunk(kdi_trainer *t);
void kdi_students_forward(kdi_trainer *t, kd_tensor *input, kd_view *out);

/* ---- places.c ------------------------------------------------------------------ */
/* are the places of paired taps comparable? else KD_E_NOT_APPLICABLE */
int kdi_check_places(kdi_trainer *t);
/* taps as the method wants to see them: kd_method's .rows */
void kdi_widen_view(const kdi_trainer *t, kd_view *v);
void kdi_widen_side(const kdi_trainer *t, struct kd_side *side);

/* ---- second.c ------------------------------------------------------------------ */
/* the second image of each sample, and what the networks say of it, as .second asks */
int kdi_second_views(kdi_trainer *t, const kdi_batch *batch);

/* ---- evaluate.c --------------------------------------------------------------- */
/* metrics of student[0] on a split; value has track->nmetric places; pred (or NULL): per sample */
int kdi_evaluate(kdi_trainer *t, enum kd_split split, double *value, kdi_arena *a, kd_value **pred);

/* the same on other inputs: what `change` makes of each batch, of the first n samples (0: all) */
int kdi_evaluate_on(kdi_trainer *t, enum kd_split split, int64_t n,
                    kd_tensor *(*change)(kdi_trainer *t, const kdi_batch *batch), double *value);
kd_tensor *kdi_predict(kdi_trainer *t, kd_tensor *input); /* the logits that are scored */
/* the first n samples of a split, KDI_EVAL_BATCH at a time: `count` from sample `at` on, the rest
 * of the batch repeats the last. Nothing is recorded and students run as they will be used. */
typedef int kdi_on_batch(kdi_trainer *t, const kdi_batch *batch, int64_t at, int64_t count,
                         void *user);
int kdi_each_batch(kdi_trainer *t, enum kd_split split, int64_t n, kdi_on_batch *visit, void *user);
kdi_teacher *kdi_scored_teacher(kdi_trainer *t); /* the first, or the reference; NULL: neither */

/* ---- retrieval.c --------------------------------------------------------------- */
enum { KDI_NRECALL = 3 };
/* Row i of `query` looks for row i of `among`, both n x width, by the cosine: the share (%) that
 * finds it among the nearest 1, 5 and 10. Where b rows are nearer and e as near, it counts as found
 * among k with the probability of that in random order, (k - b) / (e + 1) within 0..1. */
void kdi_recall(const double *query, const double *among, int64_t n, int64_t width,
                double recall[KDI_NRECALL]);
/* of a student and a teacher of different kinds, on test, after the last epoch: curves
 * "test_recall1_to_teacher" and so on; nothing where they are of one kind */
int kdi_retrieval(kdi_trainer *t);
void kdi_retrieval_metrics(kdi_trainer *t, kd_value *list); /* what was measured, for /final */

/* ---- robust.c ----------------------------------------------------------------- */
int kdi_robust_read(kdi_trainer *t); /* spec.attack */
/* the primary metric under attack, as the curve "SPLIT_robust_METRIC"; nothing without an attack */
int kdi_robust(kdi_trainer *t, enum kd_split split);

/* ---- curve.c ------------------------------------------------------------------ */
double *kdi_curve_at(kdi_trainer *t, const char *name, int epoch); /* made when new */

/* ---- state.c: what a checkpoint holds ------------------------------------------ */
kd_value *kdi_trainer_state(kdi_trainer *t, kdi_arena *a);
int kdi_trainer_restore(kdi_trainer *t, const kd_value *state);

#endif
