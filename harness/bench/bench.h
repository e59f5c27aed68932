/* bench.h - fixed workloads on random images: the steps of harness/train, timed, traced, or run for
 * long. Nothing here is a copy of what a run does: a workload is a spec and a data set in memory.
 */
#ifndef KDI_BENCH_H
#define KDI_BENCH_H

#include "train/trainer.h"

typedef struct kdi_workload {
    const char *name;
    const char *method; /* NULL: the teacher's forward pass and nothing else */
    const char *student, *teacher;
    int64_t channels, side, classes;
    int64_t length, shortest; /* words of a text; 0: they are images or points */
    int64_t points;           /* of a cloud; 0: they are images or texts */
    int64_t samples;          /* of the training split */
    int steps;                /* in one repeat */
    bool cached;              /* the teacher's logits come from a cache that is full */
    struct {
        const char *name;
        double value;
    } option; /* of the method, where its default does not do */
} kdi_workload;

enum { KDI_BENCH_BATCH = 64, KDI_TRACE_STEPS = 3 };

extern const kdi_workload kdi_workloads[]; /* workloads.c: ends with {0} */
int kdi_workload_find(const char *name, const kdi_workload **out);
const char *kdi_workload_input(const kdi_workload *w, kdi_arena *a); /* "3x32x32" */

/* ---- scene.c: a workload, ready to take steps ----------------------------------- */

typedef struct kdi_bench {
    const kdi_workload *w;
    kdi_arena *arena;
    kdi_data *data;
    kdi_cache *cache;
    kdi_trainer *t;
    const char *teacher_sha256; /* of its weights; NULL: no teacher */
} kdi_bench;

typedef struct kdi_bench_how {
    const char *cache; /* file of the teacher's outputs; NULL: the teacher runs */
    int epochs;        /* that the run is said to have */
    double lr;         /* 0: the usual 0.05 */
} kdi_bench_how;

/* close it whatever this returns */
int kdi_bench_open(kdi_bench *b, const kdi_workload *w, const kdi_bench_how *how);
void kdi_bench_close(kdi_bench *b);
/* the next step of the run: of training, or of the teacher alone */
int kdi_bench_step(kdi_bench *b);
bool kdi_bench_epoch_begins(const kdi_bench *b);

/* random_images.c: a data set class; options channels, side, classes, train */
extern const kd_dataset_class kdi_random_images;
/* random_texts.c: options length, shortest, vocabulary, classes, train */
extern const kd_dataset_class kdi_random_texts;
/* random_points.c: options points, classes, train */
extern const kd_dataset_class kdi_random_points;
/* samples of each class, so that `train` are left when validation takes one in KDI_HOLD_OUT */
int64_t kdi_bench_of_a_class(int64_t train, int64_t classes);

/* ---- what is asked of it ----------------------------------------------------------- */

/* measure.c: warm-up, then the median of `repeats`; map as harness/lua/bench.lua prints it */
int kdi_bench_measure(kdi_bench *b, int repeats, kdi_arena *a, kd_value **out);
/* arithmetic.c: of the step that was just taken; 2 x multiply-adds of convolutions and linear
 * layers, as if each were computed directly */
double kdi_bench_flops(const kdi_bench *b);
/* sgemm.c: the best of a few products through kdi_gemm, FLOP/s */
double kdi_bench_sgemm(void);
/* trace.c: three steps and all that decided them, to an HDF5 file */
int kdi_bench_trace(kdi_bench *b, const char *path);
/* fill.c: the file that kdi_bench_how.cache names, from a workload opened without it */
int kdi_bench_fill(kdi_bench *b, const char *path);
/* soak.c: epochs until `seconds` are over, a checkpoint after each; list of what each left */
int kdi_bench_soak(kdi_bench *b, double seconds, const char *checkpoint, kdi_arena *a,
                   kd_value **out);

extern const kdi_call kdi_bench_calls[]; /* calls.c */

#endif
