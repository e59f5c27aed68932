/* data.h - a data set as the trainer sees it: opened and checked, cut into train, validation and
 * test, ordered, augmented, and handed out as batches of tensors. */
#ifndef KDI_DATA_H
#define KDI_DATA_H

#include <kd/dataset.h>
#include "base/medium.h"
#include "base/sha256.h"
#include "base/value.h"

/* ---- augment.c: what may be done to a training sample ------------------------------ */

/* each kind of data takes what is meant for it */
typedef struct kdi_augment {
    const char *name, *help;
    bool crop, flip;
    bool strong;                      /* contrast, brightness, and a square of zeros */
    bool redraw;                      /* augment_points.c: other points of the surface */
    bool jitter, scale, rotate, drop; /* the same */
    double drop_words;                /* augment_tokens.c: the chance of each */
} kdi_augment;
extern const kdi_augment kdi_augments[];                /* "none" first; ends with {0} */
const kdi_augment *kdi_augment_named(const char *name); /* NULL when there is none */
extern const char *const kdi_augment_names[];           /* the same, for an option */
unsigned kdi_augment_kinds(const kdi_augment *a); /* bits of what it changes; "none": of all */

enum { KDI_CROP_PAD = 4 }; /* zeros around the image before it is cropped */

/* one draw: where the crop begins in the padded image, whether it is mirrored, and of a strong one
 * y = contrast * x + brightness, in deviations of the channel, and the zeroed square's middle */
typedef struct kdi_warp {
    int64_t top, left;
    bool flip, strong;
    kd_real contrast, brightness;
    int64_t middle_y, middle_x;
} kdi_warp;
/* a function of its arguments only; `place` is the sample's place in the training file */
kdi_warp kdi_augment_draw(const kdi_augment *how, const kd_dataset *shape, uint64_t seed,
                          int64_t place, int64_t epoch, int view);
/* h,w,c from -> h,w,c to; outside the image it takes pad[channel] */
void kdi_warp_image(kdi_warp warp, const kd_dataset *shape, const kd_real *from, const kd_real *pad,
                    kd_real *to);

uint64_t kdi_augment_stream(int64_t place, int64_t epoch, int view); /* no two draws share one */
/* stored_points,channels from -> points,channels to */
void kdi_augment_points(const kdi_augment *how, const kd_dataset *shape, kd_rng *rng,
                        const kd_real *from, kd_real *to);
/* n tokens from -> as many to */
void kdi_augment_tokens(const kdi_augment *how, kd_rng *rng, const int64_t *from, int64_t n,
                        int64_t *to);

/* ---- split.c: fixed rules, no seed --------------------------------------------------- */

enum { KDI_HOLD_OUT = 10 }; /* every tenth of a class is validation */

/* Within each class, in the order of a hash of (class, place), every `every`-th image goes to
 * `held`, the others to `kept`; both come out in order of place. Room for all->n in each. */
void kdi_split_hold_out(const kd_samples *all, int64_t every, int64_t *kept, int64_t *nkept,
                        int64_t *held, int64_t *nheld);
/* The n places in the order in which a subset takes them: equally many of each class while they
 * last. So fewer are always a subset of more. */
void kdi_split_order(const kd_samples *all, const int64_t *place, int64_t n, int64_t *order);
/* the first `wanted` of them, in order of place */
void kdi_split_take(const int64_t *order, int64_t wanted, int64_t *place);

/* ---- the opened data set ---------------------------------------------------------------- */

typedef struct kdi_part {
    int64_t n;
    const int64_t *place; /* of sample 0..n-1 in its file */
    const int64_t *label; /* of sample 0..n-1 */
    const kd_samples *from;
} kdi_part;

/* places in the training file: what is left of it, what validation takes, and the first again in
 * the order of kdi_split_order (NULL until somebody asks) */
typedef struct kdi_cut {
    const int64_t *kept, *held, *order;
    int64_t nkept, nheld;
} kdi_cut;

typedef struct kdi_data {
    kdi_arena *arena;
    const kd_dataset_class *class;
    void *self; /* the class's bound options */
    kd_dataset set;
    kdi_cut cut;
    kdi_part part[KD_NSPLIT];
    const kdi_augment *augment;
    uint64_t augment_seed;
    char sha256[KDI_SHA256_HEX]; /* of shapes, pixels and labels, whatever file held them */
    kd_real (*table)[256];       /* [channel][pixel]: normalised; NULL when pixels are real */
    kd_real *pad;                /* [channel]: what a zero becomes */
    void *map;                   /* shared.c: the memory that images and places lie in; or NULL */
    size_t map_size;
} kdi_data;

extern const kd_dataset_class *const kdi_datasets[]; /* generated; ends with NULL */
int kdi_dataset_find(const char *name, const kd_dataset_class **out);

/* spec: { name, options = {..}, train = N (0: all), augment = "none", augment_seed = 0 }.
 * `train` images are taken after validation was cut off, equally from each class. */
int kdi_data_open(kdi_data **out, const kd_value *spec, const char *folder);
/* the same for a class that is not in the table */
int kdi_data_open_class(kdi_data **out, const kd_dataset_class *class, const kd_value *spec,
                        const char *folder);
void kdi_data_close(kdi_data *d);
extern const char *const kdi_split_name[]; /* KD_NSPLIT of them: "train", "validation", "test" */
/* name, sha256, shape, samples of each split, mean, sd, options as bound */
kd_value *kdi_data_facts(const kdi_data *d, kdi_arena *a);

/* ---- batches ------------------------------------------------------------------------------ */

/* whole batches only in training, the rest of the epoch is dropped; evaluation takes all */
int64_t kdi_data_batches(const kdi_data *d, enum kd_split split, int64_t batch);
/* 0..n-1 of train, shuffled: a function of the run's seed and the epoch */
void kdi_data_order(const kdi_data *d, uint64_t seed, int64_t epoch, int64_t *order);

typedef struct kdi_ask {
    enum kd_split split;
    const int64_t *sample; /* n numbers, 0..part.n-1 */
    int64_t n;
    const kdi_augment *augment; /* training split only; NULL: none */
    uint64_t seed;              /* of the augmentation */
    int64_t epoch;
    int view; /* several views of a sample in an epoch differ by this */
} kdi_ask;

typedef struct kdi_batch {
    int64_t n;
    /* of each kind that the data set has, else NULL: images n,h,w,c, normalised by the training
     * split's mean and sd; points n,p,c; tokens i64 n,l */
    kd_tensor *input[KD_NMEDIUM];
    kd_tensor *label;              /* i64 n */
    kd_tensor *index;              /* i64 n: each sample's number in its split */
    kd_named item[KD_NMEDIUM + 1]; /* "image", "points", "tokens", "label" */
    int nitem;
} kdi_batch;

/* lives in the engine's step arena */
kdi_batch *kdi_data_batch(kd_engine *e, const kdi_data *d, const kdi_ask *ask);

/* ---- shared.c: opened once, used by many processes ------------------------------------------ */

/* What opening found, in memory that a child process may inherit and nobody can change: decoded
 * images, labels, splits, statistics. A process that is started with the descriptor's number in
 * KDI_SHARED_DATA maps it instead of opening the files, when it asks for the same data set. */
#define KDI_SHARED_DATA "KD_SHARED_DATA"
int kdi_data_share(kdi_data *d, int *fd);
bool kdi_data_attach(kdi_data *d); /* false: nothing is shared, or something else */
void kdi_data_detach(kdi_data *d);

int64_t kdi_stored_points(const kd_dataset *set); /* of each cloud, kd_samples.point has */
bool kdi_samples_have(const kd_samples *s, enum kd_medium kind);
bool kdi_data_has(const kdi_data *d, enum kd_medium kind);
kd_input kdi_data_input(const kdi_data *d,
                        enum kd_medium kind); /* what a network of a kind is fed */

/* one a channel: what normalising did, and the values that a pixel may have; reals: any */
const kd_pixel *kdi_data_pixels(const kdi_data *d, kdi_arena *a);

/* ---- for Lua -------------------------------------------------------------------------------- */

extern const kdi_call kdi_data_calls[];

/* ---- between the files of this folder -------------------------------------------------------- */

int kdi_data_tokenize(kdi_data *d);                /* tokenize.c: vocabulary, token, begins */
int kdi_data_check(const kdi_data *d);             /* check.c: labels, classes, shapes */
void kdi_data_checksum(kdi_data *d);               /* check.c: fills d->sha256 */
void kdi_data_statistics(kdi_data *d);             /* normal.c: mean and sd of cut.kept */
void kdi_data_scale(kdi_data *d);                  /* normal.c: table and pad from them */
const int64_t *kdi_data_subset_order(kdi_data *d); /* loader.c: cut.order, made when NULL */
void kdi_data_normalise(const kdi_data *d, const kd_samples *from, int64_t place, kd_real *out);

#endif
