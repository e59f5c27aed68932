/* exchange.h - networks in and out: weights of others fitted to a network of ours, students written
 * for others, and what a network says of files. */
#ifndef KDI_EXCHANGE_H
#define KDI_EXCHANGE_H

#include "data/data.h"
#include "models/net.h"
#include "store/weights_file.h"

/* ---- fit.c: tensors by their names ------------------------------------------------- */

/* The network gets exactly the weights of a file (kdi_weights_read's value): every name there, of
 * its shape (ones at its end do not count), finite, and none left over but torch's counts of
 * batches. Names may all begin with "module." or "_orig_mod.". `path` and `owner` ("resnet20") are
 * for messages. rounded: how many tensors were float64 and are no more; may be NULL. */
int kdi_fit(kd_net *net, const kd_value *file, const char *path, const char *owner,
            int64_t *rounded);

/* layout.c: shapes of a family's weights as torch's networks have them, in place */
void kdi_torch_ranks(const char *family, kd_value *tensor);

/* ---- about.c: what a weights file says of its network --------------------------------- */

/* model: { family, options, arch }; dataset: a spec's; from: where it comes from, or NULL */
int kdi_about(const kdi_data *d, const kd_value *model, const kd_value *dataset,
              const kd_value *from, kdi_arena *a, kd_value **about);
/* what a data set's classes are called, where its reader does not say: a list of as many names */
void kdi_about_classes(kdi_data *d, const kd_value *names);
/* the data set that it was made for, without any of its samples: sizes, normalisation, classes */
int kdi_about_data(const kd_value *about, const char *path, kdi_arena *a, kdi_data **out);
/* of texts: what they were made tokens by; `v` lives in `a` */
struct kdi_vocabulary;
int kdi_about_vocabulary(const kd_value *about, const char *path, kdi_arena *a,
                         struct kdi_vocabulary *v);
/* an error where a file of texts was made with another vocabulary than this data set's */
int kdi_about_agrees(const kd_value *about, const kdi_data *d, const char *path);

/* ---- network.c: files to networks ------------------------------------------------------ */

typedef struct kdi_network {
    kd_engine *engine;
    kd_net *net;
} kdi_network;

int kdi_network_open(kdi_network *n, const kd_value *model, const kd_input *in);
void kdi_network_close(kdi_network *n);
/* The student of a run.h5, as a weights file: kdi_weights_read's value with `about`. ask: which,
 * data (the folder of its data set), classes (kdi_about_classes's). */
int kdi_network_of_run(const char *path, const kd_value *ask, kdi_arena *a, kd_value **file);

/* ---- samples_*.c: files to samples --------------------------------------------------- */

/* Samples in the making: what networks see of them, and where each comes from. */
typedef struct kdi_intake {
    kdi_data *data; /* kdi_about_data's */
    kdi_arena *arena;
    enum kd_medium kind;
    const struct kdi_vocabulary *vocabulary; /* KD_TOKENS */
    bool resize;                             /* KD_IMAGE: pictures of other sizes are shrunk */
    int64_t n, room;
    char *row;      /* n rows of row_bytes: bytes of pixels, floats of points, int32 tokens */
    int64_t size;   /* bytes of a row */
    kd_value *name; /* list: { file, item }: item is a line, or a place in the file from 0 */
} kdi_intake;

/* room for one more row, zeroed, which comes from `path`; item below 0: the file has one alone */
void *kdi_intake_add(kdi_intake *in, const char *path, int64_t item);
int kdi_intake_image(kdi_intake *in, const char *path);
int kdi_intake_points(kdi_intake *in, const char *path);
int kdi_intake_text(kdi_intake *in, const char *path);

/* ---- for Lua ---------------------------------------------------------------------------- */

extern const kdi_call kdi_exchange_calls[];
/* measure(spec, folder, { json, data, weights, as_it_is }): a run without training (measure.c);
 * as_it_is: even when it only guesses */
int kdi_call_measure(const kd_value *args, kdi_arena *a, kd_value **result);
/* predict{ .. } (predict.c) */
int kdi_call_predict(const kd_value *args, kdi_arena *a, kd_value **result);

#endif
