/* One's own images and labels in an HDF5 file: x and y, for train and test or all in one. */
#include <string.h>
#include <kd/dataset.h>

typedef struct {
    const char *file;
    int layout, classes, test_every;
} hdf5;

enum { NHWC, NCHW, MOST_CLASSES = 1000000 };
static const char *const layouts[] = { "nhwc", "nchw", NULL };

static const kd_option options[] = {
    KD_TEXT(hdf5, file, "data.h5", "the file's name in the data set's folder"),
    KD_CHOICE(hdf5, layout, NHWC, layouts, "order of x's axes; n,h,w alone is one channel"),
    KD_INT(hdf5, classes, 0, 0, MOST_CLASSES,
           "number of classes; 0: the largest training label plus one"),
    KD_INT(hdf5, test_every, 5, 2, 100, "in a file without test arrays: every how manyth is test"),
    { 0 },
};

/* how people name them, in order of preference */
static const struct names {
    const char *train_x, *train_y, *test_x, *test_y; /* no test: cut it from train */
} named[] = {
    { "x_train", "y_train", "x_test", "y_test" },
    { "train/x", "train/y", "test/x", "test/y" },
    { "x", "y", NULL, NULL },
};

static int find_names(kd_dataset *d, const hdf5 *o, const struct names **found)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        bool yes;
        KD_TRY(kd_hdf5_has(d, o->file, named[i].train_x, &yes));
        if (yes) {
            *found = &named[i];
            return KD_OK;
        }
    }
    return kd_error(KD_E_DATA, "%s/%s: has none of the arrays x_train, train/x and x", d->folder,
                    o->file);
}

/* ---- images ----------------------------------------------------------------------- */

/* one image from planes to interleaved channels, elements of `size` bytes */
static void interleave(const char *from, int64_t channels, int64_t area, size_t size, char *to)
{
    for (int64_t c = 0; c < channels; c++)
        for (int64_t i = 0; i < area; i++)
            memcpy(to + (size_t)(i * channels + c) * size, from + (size_t)(c * area + i) * size,
                   size);
}

static const void *channels_last(kd_dataset *d, const void *data, int64_t n, size_t size)
{
    int64_t area = d->height * d->width;
    size_t image = (size_t)(area * d->channels) * size;
    char *to = kd_dataset_alloc(d, (size_t)n * image);
    for (int64_t i = 0; i < n; i++)
        interleave((const char *)data + (size_t)i * image, d->channels, area, size,
                   to + (size_t)i * image);
    return to;
}

/* sets d's shape from the first array, checks the second against it */
static int take_shape(kd_dataset *d, const kd_numbers *x, bool planes)
{
    int64_t h = x->axis[planes ? 2 : 1], w = x->axis[planes ? 3 : 2], c = x->axis[planes ? 1 : 3];
    if (d->height == 0) {
        d->height = h;
        d->width = w;
        d->channels = c;
    }
    if (d->height != h || d->width != w || d->channels != c)
        return kd_error(KD_E_DATA,
                        "%s: images of %lldx%lldx%lld, should be %lldx%lldx%lld as in train",
                        x->path, (long long)h, (long long)w, (long long)c, (long long)d->height,
                        (long long)d->width, (long long)d->channels);
    return KD_OK;
}

static int take_images(kd_dataset *d, const kd_numbers *x, int layout, kd_samples *out)
{
    bool planes = layout == NCHW && x->naxis == 4;
    if (x->naxis != 3 && x->naxis != 4)
        return kd_error(KD_E_DATA, "%s: has %d axes, should have 4 (images, and %s)", x->path,
                        x->naxis, layout == NCHW ? "c,h,w" : "h,w,c");
    if (!x->byte && !x->real)
        return kd_error(KD_E_DATA, "%s: holds integers, should hold uint8 or float32", x->path);
    KD_TRY(take_shape(d, x, planes));
    out->n = x->axis[0];
    out->pixel = x->byte && planes ? channels_last(d, x->byte, out->n, 1) : x->byte;
    out->real = x->real && planes ? channels_last(d, x->real, out->n, sizeof(float)) : x->real;
    return KD_OK;
}

/* ---- labels ------------------------------------------------------------------------- */

static int take_labels(kd_dataset *d, const kd_numbers *y, const kd_numbers *x, kd_samples *out)
{
    int64_t n = y->axis[0];
    if (y->naxis != 1 && !(y->naxis == 2 && y->axis[1] == 1))
        return kd_error(KD_E_DATA, "%s: has %d axes, should have 1", y->path, y->naxis);
    if (y->real)
        return kd_error(KD_E_DATA, "%s: holds reals, should hold integers", y->path);
    if (n != out->n)
        return kd_error(KD_E_DATA, "%s: %lld labels, should be %lld as %s has images", y->path,
                        (long long)n, (long long)out->n, x->path);
    int64_t *label = kd_dataset_alloc(d, (size_t)n * sizeof *label + 1);
    for (int64_t i = 0; i < n; i++)
        label[i] = y->byte ? y->byte[i] : y->integer[i];
    out->label = label;
    out->source = y->path;
    return KD_OK;
}

static int take_part(kd_dataset *d, const hdf5 *o, const char *xname, const char *yname,
                     kd_samples *out)
{
    kd_numbers x, y;
    KD_TRY(kd_hdf5_read(d, o->file, xname, &x));
    KD_TRY(take_images(d, &x, o->layout, out));
    KD_TRY(kd_hdf5_read(d, o->file, yname, &y));
    return take_labels(d, &y, &x, out);
}

static int count_classes(kd_dataset *d, const kd_samples *train, int wanted)
{
    int64_t largest = 0;
    for (int64_t i = 0; i < train->n; i++)
        largest = train->label[i] > largest ? train->label[i] : largest;
    if (!wanted && largest >= MOST_CLASSES)
        return kd_error(KD_E_DATA, "%s: its largest label is %lld, should be below %d",
                        train->source, (long long)largest, MOST_CLASSES);
    d->classes = wanted ? wanted : largest + 1;
    return KD_OK;
}

static int open_file(kd_dataset *d, const void *self)
{
    const hdf5 *o = self;
    const struct names *names = NULL;
    KD_TRY(find_names(d, o, &names));
    KD_TRY(take_part(d, o, names->train_x, names->train_y, &d->train));
    KD_TRY(count_classes(d, &d->train, o->classes));
    if (names->test_x)
        return take_part(d, o, names->test_x, names->test_y, &d->test);
    const kd_samples all = d->train;
    kd_dataset_cut(d, &all, o->test_every);
    return KD_OK;
}

KD_DATASET(hdf5, .title = "HDF5 file",
           .notes = "x: uint8 or float32 images n,h,w,c, n,c,h,w or n,h,w; y: integer labels n. "
                    "Named x_train, y_train, x_test, y_test, or train/x ..., or x and y alone.",
           .cite = { .key = "folk2011hdf5",
                     .authors = "Mike Folk and Gerd Heber and Quincey Koziol and Elena Pourmal and "
                                "Dana Robinson",
                     .title = "An overview of the HDF5 technology suite and its applications",
                     .venue = "EDBT/ICDT Workshop on Array Databases",
                     .url = "https://doi.org/10.1145/1966895.1966900",
                     .year = 2011 },
           .track = KD_CLASSIFY, .self_size = sizeof(hdf5), .options = options, .open = open_file);
