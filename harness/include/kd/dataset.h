/* kd/dataset.h - a data set: where it comes from is datasets/<name>/recipe.lua, how it is read is
 * one constant kd_dataset_class in datasets/<name>/<name>.c. */
#ifndef KD_DATASET_H
#define KD_DATASET_H

#include <stdbool.h>
#include <stdint.h>
#include <kd/error.h>
#include <kd/method.h>
#include <kd/model.h>
#include <kd/option.h>

enum kd_split { KD_TRAIN, KD_VALIDATION, KD_TEST, KD_NSPLIT };

/* What a reader fills: n samples, each of one kind or of several (a picture of a thing, its
 * surface, its name), which a network then sees by its own kind. Pixels stay as the file has them;
 * the harness cuts validation from train, learns the vocabulary, normalises and augments. All
 * memory is the data set's arena's. */
typedef struct kd_samples {
    int64_t n;
    const uint8_t *pixel;  /* KD_IMAGE: n*height*width*channels, or NULL when real is given */
    const float *real;     /* the same as numbers */
    const float *point;    /* KD_POINTS: n*stored_points*point_channels: x, y, z, then the normal */
    const char *text;      /* KD_TOKENS: UTF-8; text i is bytes at[i]..at[i+1] */
    const int64_t *at;     /* n + 1 */
    const int64_t *label;  /* n, 0..classes-1 */
    const char *source;    /* the file with the labels, for messages; may be NULL */
    const int32_t *token;  /* the harness's: tokens of all texts, 1..vocabulary-1 */
    const int64_t *begins; /* the harness's: n + 1; text i is token[begins[i]..begins[i+1]) */
} kd_samples;

/* How texts become tokens. Both kinds are learned from the training split alone. */
enum kd_tokenizer_kind { KD_WORDS, KD_BPE };
typedef struct kd_tokenizer {
    int kind;       /* enum kd_tokenizer_kind; an int, so that an option may set it */
    int vocabulary; /* at most so many tokens, with padding (0) and unknown (1) */
    int length;     /* tokens a network sees; the rest of a longer text is cut off */
    int min_count;  /* KD_WORDS: rarer words are unknown */
} kd_tokenizer;

typedef struct kd_dataset {
    struct kdi_arena *arena;
    const char *folder; /* where prepare put the files */
    int64_t channels, height, width, classes;
    int64_t points, point_channels; /* 3, or 6 with normals */
    /* points that kd_samples.point has of each cloud; networks see the first `points` of them, in
     * training others each time where the augmentation says so. 0: as many as `points` */
    int64_t stored_points;
    int up; /* 0, 1 or 2: the axis that points upwards */
    kd_tokenizer tokenizer;
    int64_t vocabulary;            /* the harness's: tokens there are, padding included */
    const char *const *class_name; /* classes long, or NULL */
    kd_samples train, test;
    kd_samples validation;   /* n = 0: cut from train by the harness */
    double mean[16], sd[16]; /* the harness's: of each channel's training pixels, bytes / 255 */
} kd_dataset;

void *kd_dataset_alloc(kd_dataset *d, size_t size); /* zeroed; lives as long as the data set */

/* ---- what a reader may use; files are names inside d->folder ---------------- */

/* A whole file, decompressed when it is gzip. `file` may also lie there as file.gz. More than
 * `limit` bytes (before or after decompression) is an error. `path`, if not NULL: for messages. */
int kd_dataset_read(kd_dataset *d, const char *file, int64_t limit, const uint8_t **data,
                    int64_t *size, const char **path);

bool kd_dataset_has(kd_dataset *d, const char *file); /* is it there, as file or file.gz? */

/* n labels of one byte each, `stride` bytes apart, checked to be below `classes` */
int kd_dataset_labels(kd_dataset *d, const char *path, const uint8_t *byte, int64_t n,
                      int64_t stride, int64_t classes, const int64_t **label);

/* One part in IDX, the format of MNIST: u8 images n,h,w or n,h,w,c and u8 labels n. Sets d's
 * height, width and channels when they are 0, else they must agree. d->classes must be set. */
int kd_idx_read(kd_dataset *d, const char *images, const char *labels, kd_samples *out);

/* One part in the binary format of CIFAR: records of label bytes and 3 planes of 32x32 bytes. */
typedef struct kd_cifar_part {
    const char *const *file;   /* names, NULL at the end */
    int64_t records;           /* wanted in each file */
    int label_bytes, label_at; /* bytes before the pixels; which of them is the label */
} kd_cifar_part;
int kd_cifar_read(kd_dataset *d, const kd_cifar_part *part, kd_samples *out);

/* An array of an HDF5 file, by its path in it ("train/x"). Exactly one pointer is set: bytes, reals
 * (float32, or float64 rounded to it), or integers of any other width. */
typedef struct kd_numbers {
    int naxis;
    int64_t axis[KD_MAX_DIM];
    const uint8_t *byte;
    const float *real;
    const int64_t *integer;
    const char *path; /* "FILE:train/x", for messages */
} kd_numbers;
int kd_hdf5_has(kd_dataset *d, const char *file, const char *path, bool *yes);
int kd_hdf5_read(kd_dataset *d, const char *file, const char *path, kd_numbers *out);

/* One part of clouds in HDF5 files (names, NULL at the end): arrays data n,points,3, label n or
 * n,1, and normal where d->point_channels is 6. The first d->points of each; d->classes must be
 * set. */
int kd_clouds_read(kd_dataset *d, const char *const *file, kd_samples *out);
/* each cloud's mean to 0 and its farthest point to 1 */
void kd_clouds_centre(const kd_dataset *d, kd_samples *s);

/* Where nobody made a test set: in each class every `every`-th image, in the order of a fixed hash,
 * becomes test and the others train. Both copies. d's shape must be set. */
void kd_dataset_cut(kd_dataset *d, const kd_samples *all, int64_t every);

struct kdi_making;
struct kd_value;
/* ---- texts -------------------------------------------------------------------------- */

enum { KD_TEXT_MOST = 1 << 20 }; /* bytes of one text */

/* Gathers texts one by one and refuses what is none: bytes that are not UTF-8, NUL, nothing at all,
 * more than KD_TEXT_MOST bytes. Errors name path and line (0: the file has one text only). */
typedef struct kd_texts kd_texts;
kd_texts *kd_texts_new(kd_dataset *d);
int kd_texts_add(kd_texts *t, const char *path, int64_t line, const char *text, int64_t n,
                 int64_t label);
void kd_texts_end(kd_texts *t, const char *source, kd_samples *out);

/* The options of every data set of texts, first in its table: `f` is a kd_tokenizer in S, given to
 * d->tokenizer in open(); texts of `tokens` tokens by default. */
#define KD_TOKENIZER_OPTIONS(S, f, tokens)                                                         \
    { .name = "tokenizer",                                                                         \
      .help = "how texts become tokens: lower-case words, or byte pairs; learned from train",      \
      .type = KD_T_CHOICE,                                                                         \
      .at = KD_AT_(S, f.kind, int),                                                                \
      .choice = kd_tokenizer_names },                                                              \
        { .name = "vocabulary",                                                                    \
          .help = "at most so many tokens, padding (0) and unknown (1) among them",                \
          .type = KD_T_INT,                                                                        \
          .at = KD_AT_(S, f.vocabulary, int),                                                      \
          .def = 20000,                                                                            \
          .min = 3,                                                                                \
          .max = 1000000 },                                                                        \
        { .name = "length",                                                                        \
          .help = "tokens of a text that a network sees; the rest is cut off",                     \
          .type = KD_T_INT,                                                                        \
          .at = KD_AT_(S, f.length, int),                                                          \
          .def = tokens,                                                                           \
          .min = 1,                                                                                \
          .max = 65536 },                                                                          \
    {                                                                                              \
        .name = "min_count",                                                                       \
        .help = "words seen less often in train are unknown; byte pairs are not joined",           \
        .type = KD_T_INT, .at = KD_AT_(S, f.min_count, int), .def = 1, .min = 1, .max = 1e6        \
    }
extern const char *const kd_tokenizer_names[]; /* by enum kd_tokenizer_kind */

typedef struct kd_dataset_class {
    uint32_t abi, size;
    const char *name; /* "fashion_mnist" */
    const char *title, *notes;
    kd_cite cite;
    unsigned track; /* kd_track */
    unsigned kinds; /* 1 << enum kd_medium, of each sample; 0: images */
    kd_input input; /* what networks are fed; zeros: known when it is opened */
    size_t self_size;
    const kd_option *options;
    int (*open)(kd_dataset *d, const void *self); /* reads and checks the files in d->folder */
    /* what open reads, made once from what the recipe fetches (data/made.h); NULL: nothing is */
    int (*make)(struct kdi_making *m, struct kd_value *content);
} kd_dataset_class;

#define KD_DATASET(id, ...)                                                                        \
    extern KD_EXPORT const kd_dataset_class kd_dataset_##id;                                       \
    const kd_dataset_class kd_dataset_##id = {                                                     \
        .abi = KD_ABI, .size = sizeof(kd_dataset_class), .name = #id, __VA_ARGS__                  \
    }

#endif
