/* KiCad-29: shapes of electronic parts as clouds of points, 29 kinds; families never straddle the
 * splits. */
#include <string.h>
#include <kd/dataset.h>
#include "data/made.h"

#define FILE_NAME "kicad29.h5"

typedef struct {
    int points;
    bool normals;
} kicad29;

static const kd_option options[] = {
    KD_INT(kicad29, points, KDI_CLOUD, 1, KDI_CLOUD, "points of each cloud"),
    KD_BOOL(kicad29, normals, true, "each point's normal too: 6 numbers, else 3"),
    { 0 },
};

/* ---- from the package -------------------------------------------------------------- */

typedef struct {
    const char *const *path;
    float *point;
} clouds;

static int take_mesh(void *user, int64_t i, const kdi_bytes *file, kdi_arena *scratch)
{
    const clouds *c = user;
    kdi_mesh mesh;
    KD_TRY(kdi_mesh_vrml(scratch, file, &mesh));
    return kdi_making_cloud(&mesh, file, c->path[i], c->point + i * KDI_CLOUD * KDI_CLOUD_CHANNELS);
}

static int make(kdi_making *m, kd_value *content)
{
    int64_t n = m->manifest.rows, *label;
    const char *const *path, *const *split, *const *family;
    kd_value *classes = kd_list(m->arena);
    KD_TRY(kdi_table_column(m->arena, &m->manifest, "path", &path));
    KD_TRY(kdi_table_column(m->arena, &m->manifest, "split", &split));
    KD_TRY(kdi_table_column(m->arena, &m->manifest, "family", &family));
    KD_TRY(kdi_making_labels(m, classes, &label));
    const kd_shape shape = KD_SHAPE(n, KDI_CLOUD, KDI_CLOUD_CHANNELS);
    kd_value *point = kd_array(m->arena, KD_F32, shape, NULL);
    clouds c = { path, point->data };
    const kdi_unpack u = {
        .name = path, .n = n, .limit = KDI_MESH_BYTES, .take = take_mesh, .user = &c
    };
    KD_TRY(kdi_making_unpack(m, &u, "usr/share/kicad/3dmodels"));
    kd_set(content, "point", point);
    kd_set(content, "label", kd_array(m->arena, KD_I64, KD_SHAPE(n), label));
    kd_set(content, "class", classes);
    kd_set(content, "split", kdi_making_texts(m, split));
    kd_set(content, "family", kdi_making_texts(m, family));
    kd_set(content, "path", kdi_making_texts(m, path));
    return KD_OK;
}

/* ---- from what that left ------------------------------------------------------------- */

typedef struct {
    int64_t n;
    const int64_t *label;
    const float *point;
    const char *const *split, *const *family;
} rows;

static int read_rows(kd_dataset *d, rows *r)
{
    kd_value *content;
    const kd_value *point;
    KD_TRY(kdi_made_read(d, FILE_NAME, &content));
    KD_TRY(kdi_made_labels(d, content, &r->n, &r->label));
    const int64_t axis[] = { r->n, KDI_CLOUD, KDI_CLOUD_CHANNELS };
    KD_TRY(kdi_made_array(content, "point", KD_F32, 3, axis, &point));
    KD_TRY(kdi_made_texts(d, content, "split", r->n, &r->split));
    KD_TRY(kdi_made_texts(d, content, "family", r->n, &r->family));
    r->point = point->data;
    return KD_OK;
}

static kd_samples take(kd_dataset *d, const void *all, const int64_t *place, int64_t n)
{
    const rows *r = all;
    return (kd_samples){ .n = n,
                         .point = kdi_cloud_take(d, r->point, place, n),
                         .label = kdi_labels_take(d, r->label, place, n),
                         .source = FILE_NAME };
}

static int open_file(kd_dataset *d, const void *self)
{
    const kicad29 *o = self;
    rows r;
    KD_TRY(read_rows(d, &r));
    d->points = o->points;
    d->stored_points = KDI_CLOUD;
    d->point_channels = o->normals ? 6 : 3;
    d->up = 2;
    bool *test = kd_dataset_alloc(d, (size_t)r.n + 1);
    for (int64_t i = 0; i < r.n; i++)
        test[i] = strcmp(r.split[i], "test") == 0;
    kdi_made_cut(d, &(kdi_rows){ r.n, test, r.label, r.family, take, &r });
    return KD_OK;
}

KD_DATASET(kicad29, .title = "KiCad-29",
           .notes = "Shapes of electronic parts, 1,024 points with normals on each; 29 classes; "
                    "1,379 train (whole families of them validation) and 480 test. No family "
                    "straddles: a test shape is of a family that training has not seen.",
           .cite = { .key = "kicad2022packages3d",
                     .authors = "KiCad library contributors",
                     .title = "KiCad 3D model libraries, version 6.0.10",
                     .venue = "https://gitlab.com/kicad/libraries/kicad-packages3D",
                     .url = "https://gitlab.com/kicad/libraries/kicad-packages3D",
                     .year = 2022 },
           .track = KD_CLASSIFY, .kinds = 1u << KD_POINTS, .self_size = sizeof(kicad29),
           .options = options, .open = open_file, .make = make);
