/* ScanObjectNN: scans of things indoors, 15 classes, in the HDF5 files that its authors pass on. */
#include <stdio.h>
#include <kd/dataset.h>

typedef struct {
    int variant, points;
} scanobjectnn;

enum { PB_T50_RS = 5, LONGEST = 100 };
static const char *const variants[] = { "obj_bg",   "obj_only",  "pb_t25", "pb_t25_r",
                                        "pb_t50_r", "pb_t50_rs", NULL };
/* of each: the folder, and what the files' names end with */
static const struct {
    const char *folder, *ending;
} files[] = {
    { "main_split", "" },
    { "main_split_nobg", "" },
    { "main_split", "_augmented25_norot" },
    { "main_split", "_augmented25rot" },
    { "main_split", "_augmentedrot" },
    { "main_split", "_augmentedrot_scale75" },
};

static const kd_option options[] = {
    KD_CHOICE(scanobjectnn, variant, PB_T50_RS, variants,
              "with background, without, or moved, turned (r) and scaled (s)"),
    KD_INT(scanobjectnn, points, 1024, 1, 2048, "points of each cloud: the first of 2048"),
    { 0 },
};

static const char *const classes[] = { "bag",  "bin",     "box",  "cabinet", "chair",
                                       "desk", "display", "door", "shelf",   "table",
                                       "bed",  "pillow",  "sink", "sofa",    "toilet" };

static int read_part(kd_dataset *d, int variant, const char *part, kd_samples *out)
{
    char name[LONGEST];
    const char *const list[] = { name, NULL };
    snprintf(name, sizeof name, "%s/%s_objectdataset%s.h5", files[variant].folder, part,
             files[variant].ending);
    KD_TRY(kd_clouds_read(d, list, out));
    kd_clouds_centre(d, out);
    return KD_OK;
}

static int open_files(kd_dataset *d, const void *self)
{
    const scanobjectnn *o = self;
    d->classes = sizeof classes / sizeof *classes;
    d->class_name = classes;
    d->points = o->points;
    d->point_channels = 3;
    d->up = 1;
    KD_TRY(read_part(d, o->variant, "training", &d->train));
    return read_part(d, o->variant, "test", &d->test);
}

KD_DATASET(scanobjectnn, .title = "ScanObjectNN",
           .notes = "Scans of things indoors as clouds of 2,048 points; 15 classes. In the folder: "
                    "main_split and main_split_nobg, as unpacked from the authors' h5_files. Each "
                    "cloud is centred and scaled to radius 1.",
           .cite = { .key = "uy2019revisiting",
                     .authors = "Mikaela Angelina Uy and Quang-Hieu Pham and Binh-Son Hua and Duc "
                                "Thanh Nguyen and Sai-Kit Yeung",
                     .title = "Revisiting Point Cloud Classification: A New Benchmark Dataset and "
                              "Classification Model on Real-World Data",
                     .venue = "ICCV",
                     .url = "https://arxiv.org/abs/1908.04616",
                     .year = 2019 },
           .track = KD_CLASSIFY, .kinds = 1u << KD_POINTS, .self_size = sizeof(scanobjectnn),
           .options = options, .open = open_files);
