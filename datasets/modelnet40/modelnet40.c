/* ModelNet40: models of 40 kinds of things as clouds of 2,048 points, in PointNet's HDF5 files. */
#include <stdio.h>
#include <kd/dataset.h>

typedef struct {
    int points;
    bool normals;
} modelnet40;

enum { MOST_FILES = 32, LONGEST = 64 };

static const kd_option options[] = {
    KD_INT(modelnet40, points, 1024, 1, 2048, "points of each cloud: the first of 2048"),
    KD_BOOL(modelnet40, normals, false, "each point's normal too: 6 numbers, else 3"),
    { 0 },
};

static const char *const classes[] = {
    "airplane",   "bathtub",    "bed",         "bench",    "bookshelf", "bottle", "bowl",
    "car",        "chair",      "cone",        "cup",      "curtain",   "desk",   "door",
    "dresser",    "flower_pot", "glass_box",   "guitar",   "keyboard",  "lamp",   "laptop",
    "mantel",     "monitor",    "night_stand", "person",   "piano",     "plant",  "radio",
    "range_hood", "sink",       "sofa",        "stairs",   "stool",     "table",  "tent",
    "toilet",     "tv_stand",   "vase",        "wardrobe", "xbox",
};

/* ply_data_train0.h5, 1, ... as many as there are; the first must be there */
static int read_part(kd_dataset *d, const char *part, kd_samples *out)
{
    char name[MOST_FILES][LONGEST];
    const char *list[MOST_FILES + 1] = { NULL };
    for (int i = 0; i < MOST_FILES; i++) {
        snprintf(name[i], LONGEST, "ply_data_%s%d.h5", part, i);
        if (i > 0 && !kd_dataset_has(d, name[i]))
            break;
        list[i] = name[i];
    }
    return kd_clouds_read(d, list, out);
}

static int open_files(kd_dataset *d, const void *self)
{
    const modelnet40 *o = self;
    d->classes = sizeof classes / sizeof *classes;
    d->class_name = classes;
    d->points = o->points;
    d->point_channels = o->normals ? 6 : 3;
    d->up = 1;
    KD_TRY(read_part(d, "train", &d->train));
    return read_part(d, "test", &d->test);
}

KD_DATASET(modelnet40, .title = "ModelNet40",
           .notes = "Models of things as clouds of 2,048 points; 40 classes; 9,840 train and 2,468 "
                    "test. In the folder: ply_data_train0.h5 ..., ply_data_test0.h5 ..., as "
                    "unpacked from modelnet40_ply_hdf5_2048.",
           .cite = { .key = "wu2015shapenets",
                     .authors = "Zhirong Wu and Shuran Song and Aditya Khosla and Fisher Yu and "
                                "Linguang Zhang and Xiaoou Tang and Jianxiong Xiao",
                     .title = "3D ShapeNets: A Deep Representation for Volumetric Shapes",
                     .venue = "CVPR",
                     .url = "https://arxiv.org/abs/1406.5670",
                     .year = 2015 },
           .track = KD_CLASSIFY, .kinds = 1u << KD_POINTS, .self_size = sizeof(modelnet40),
           .options = options, .open = open_files);
