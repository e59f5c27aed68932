/* SH3D-18: furniture as clouds of points, with the catalogue's picture and name of each piece; four
 * folds, of which look-alikes never straddle two. */
#include <string.h>
#include <kd/dataset.h>
#include "data/made.h"
#include "data/picture.h"
#include "data/properties.h"

#define FILE_NAME "sh3d18.h5"
#define CATALOGUE "PluginFurnitureCatalog.properties"
#define FOLDER    "usr/share/sweethome3d/furniture"
enum {
    FOLDS = 4,
    SIDE = 32,
    PIXELS = SIDE * SIDE * 3,
    LIBRARY_BYTES = 256 << 20,
    MOST_PIECES = 5000
};

typedef struct {
    int fold, points, vocabulary, length;
    bool normals;
} sh3d18;

static const kd_option options[] = {
    KD_INT(sh3d18, fold, 0, 0, FOLDS - 1, "which of the four folds is test"),
    KD_INT(sh3d18, points, KDI_CLOUD, 1, KDI_CLOUD, "points of each cloud"),
    KD_BOOL(sh3d18, normals, true, "each point's normal too: 6 numbers, else 3"),
    KD_INT(sh3d18, vocabulary, 1000, 3, 100000, "words of names known, padding and unknown too"),
    KD_INT(sh3d18, length, 6, 1, 64, "words of a name that a network sees"),
    { 0 },
};

/* ---- from the package -------------------------------------------------------------- */

typedef struct {
    kdi_making *making;
    const char *const *library, *const *model, *const *icon, *const *name; /* the manifest's */
    const char **creator;
    float *point;
    uint8_t *pixel;
} pieces;

static int take_model(pieces *p, int64_t row, const kdi_bytes *file, kdi_arena *scratch)
{
    kdi_mesh mesh;
    const char *seed = kdi_format(scratch, "%s%s", p->library[row], p->model[row]);
    KD_TRY(kdi_mesh_obj(scratch, file, &mesh));
    return kdi_making_cloud(&mesh, file, seed, p->point + row * KDI_CLOUD * KDI_CLOUD_CHANNELS);
}

/* ---- the catalogue: "model#7=/scopia/bed1/bed1.obj", "name#7=Bed", "creator#7=..." ---- */

static const char *entry(kdi_arena *a, const kdi_properties *p, const char *what, int number)
{
    return kdi_property(p, kdi_format(a, "%s#%d", what, number));
}

static int take_entry(pieces *p, int64_t row, const kdi_bytes *file, const char *name,
                      const char *creator)
{
    if (!name || strcmp(name, p->name[row]) != 0)
        return kd_error(KD_E_DATA, "%s: calls %s '%s', should be '%s'", file->path, p->model[row],
                        name ? name : "nothing", p->name[row]);
    p->creator[row] = kdi_strdup(p->making->arena, creator ? creator : "");
    return KD_OK;
}

static int take_catalogue(pieces *p, const char *library, const kdi_bytes *file, kdi_arena *scratch)
{
    kdi_properties all;
    KD_TRY(kdi_properties_parse(scratch, file, &all));
    for (int i = 1; i <= MOST_PIECES; i++) {
        const char *model = entry(scratch, &all, "model", i);
        for (int64_t row = 0; model && row < p->making->manifest.rows; row++)
            if (strcmp(p->library[row], library) == 0 && strcmp(p->model[row], model) == 0)
                KD_TRY(take_entry(p, row, file, entry(scratch, &all, "name", i),
                                  entry(scratch, &all, "creator", i)));
    }
    return KD_OK;
}

/* ---- a library is a zip file of models, icons and a catalogue -------------------------- */

typedef struct {
    pieces *pieces;
    const char *library;
    int64_t n;    /* of its pieces; members are the models, the icons, the catalogue */
    int64_t *row; /* in the manifest */
} library;

static int take_member(void *user, int64_t i, const kdi_bytes *file, kdi_arena *scratch)
{
    library *l = user;
    if (i < l->n)
        return take_model(l->pieces, l->row[i], file, scratch);
    if (i < 2 * l->n)
        return kdi_png_read(file, SIDE, l->pieces->pixel + l->row[i - l->n] * PIXELS);
    return take_catalogue(l->pieces, l->library, file, scratch);
}

static int take_library(void *user, const char *name, const kdi_bytes *zip, kdi_arena *scratch)
{
    pieces *p = user;
    int64_t rows = p->making->manifest.rows;
    library l = { .pieces = p, .library = name };
    l.row = kdi_alloc(scratch, (size_t)rows * sizeof *l.row);
    const char **member = kdi_alloc(scratch, (size_t)(2 * rows + 1) * sizeof *member);
    for (int64_t row = 0; row < rows; row++)
        if (strcmp(p->library[row], name) == 0)
            l.row[l.n++] = row;
    for (int64_t i = 0; i < l.n; i++) {
        member[i] = p->model[l.row[i]] + (p->model[l.row[i]][0] == '/');
        member[l.n + i] = p->icon[l.row[i]] + (p->icon[l.row[i]][0] == '/');
    }
    member[2 * l.n] = CATALOGUE;
    const kdi_unpack u = {
        .name = member, .n = 2 * l.n + 1, .limit = KDI_MESH_BYTES, .take = take_member, .user = &l
    };
    return kdi_unpack_zip(&u, zip);
}

typedef struct {
    pieces *pieces;
    const char **library;
} libraries;

static int take_zip(void *user, int64_t i, const kdi_bytes *zip, kdi_arena *scratch)
{
    const libraries *all = user;
    return take_library(all->pieces, all->library[i], zip, scratch);
}

/* each library that the manifest names, once */
static int take_all(pieces *p)
{
    int64_t rows = p->making->manifest.rows, n = 0;
    const char **name = kdi_alloc(p->making->arena, (size_t)rows * sizeof *name + 1);
    for (int64_t row = 0; row < rows; row++) {
        int64_t i = 0;
        while (i < n && strcmp(name[i], p->library[row]) != 0)
            i++;
        name[i] = p->library[row];
        n += i == n;
    }
    libraries all = { p, name };
    const kdi_unpack u = {
        .name = name, .n = n, .limit = LIBRARY_BYTES, .take = take_zip, .user = &all
    };
    return kdi_making_unpack(p->making, &u, FOLDER);
}

static int check_creators(const pieces *p)
{
    for (int64_t row = 0; row < p->making->manifest.rows; row++)
        if (!p->creator[row])
            return kd_error(KD_E_DATA, "%s: its %s does not list %s", p->library[row], CATALOGUE,
                            p->model[row]);
    return KD_OK;
}

static int read_manifest(kdi_making *m, pieces *p)
{
    KD_TRY(kdi_table_column(m->arena, &m->manifest, "library", &p->library));
    KD_TRY(kdi_table_column(m->arena, &m->manifest, "model", &p->model));
    KD_TRY(kdi_table_column(m->arena, &m->manifest, "icon", &p->icon));
    return kdi_table_column(m->arena, &m->manifest, "name", &p->name);
}

static int make(kdi_making *m, kd_value *content)
{
    int64_t n = m->manifest.rows, *label;
    const char *const *fold, *const *group;
    kd_value *classes = kd_list(m->arena);
    pieces p = { .making = m };
    KD_TRY(read_manifest(m, &p));
    KD_TRY(kdi_table_column(m->arena, &m->manifest, "fold", &fold));
    KD_TRY(kdi_table_column(m->arena, &m->manifest, "group", &group));
    KD_TRY(kdi_making_labels(m, classes, &label));
    const kd_shape shape = KD_SHAPE(n, KDI_CLOUD, KDI_CLOUD_CHANNELS);
    kd_value *point = kd_array(m->arena, KD_F32, shape, NULL);
    kd_value *pixel = kd_array(m->arena, KD_U8, KD_SHAPE(n, SIDE, SIDE, 3), NULL);
    p.point = point->data;
    p.pixel = pixel->data;
    p.creator = kdi_alloc0(m->arena, (size_t)n * sizeof *p.creator + 1);
    KD_TRY(take_all(&p));
    KD_TRY(check_creators(&p));
    kd_set(content, "point", point);
    kd_set(content, "pixel", pixel);
    kd_set(content, "label", kd_array(m->arena, KD_I64, KD_SHAPE(n), label));
    kd_set(content, "class", classes);
    kd_set(content, "name", kdi_making_texts(m, p.name));
    kd_set(content, "creator", kdi_making_texts(m, p.creator));
    kd_set(content, "library", kdi_making_texts(m, p.library));
    kd_set(content, "model", kdi_making_texts(m, p.model));
    kd_set(content, "fold", kdi_making_texts(m, fold));
    kd_set(content, "group", kdi_making_texts(m, group));
    return KD_OK;
}

/* ---- from what that left ------------------------------------------------------------- */

typedef struct {
    int64_t n;
    const int64_t *label;
    const float *point;
    const uint8_t *pixel;
    const char *const *name, *const *fold, *const *group;
} rows;

static int read_rows(kd_dataset *d, rows *r)
{
    kd_value *content;
    const kd_value *point, *pixel;
    KD_TRY(kdi_made_read(d, FILE_NAME, &content));
    KD_TRY(kdi_made_labels(d, content, &r->n, &r->label));
    const int64_t axis[] = { r->n, KDI_CLOUD, KDI_CLOUD_CHANNELS };
    const int64_t picture[] = { r->n, SIDE, SIDE, 3 };
    KD_TRY(kdi_made_array(content, "point", KD_F32, 3, axis, &point));
    KD_TRY(kdi_made_array(content, "pixel", KD_U8, 4, picture, &pixel));
    KD_TRY(kdi_made_texts(d, content, "name", r->n, &r->name));
    KD_TRY(kdi_made_texts(d, content, "fold", r->n, &r->fold));
    KD_TRY(kdi_made_texts(d, content, "group", r->n, &r->group));
    r->point = point->data;
    r->pixel = pixel->data;
    return KD_OK;
}

static kd_samples take(kd_dataset *d, const void *all, const int64_t *place, int64_t n)
{
    const rows *r = all;
    uint8_t *pixel = kd_dataset_alloc(d, (size_t)n * PIXELS + 1);
    for (int64_t i = 0; i < n; i++)
        memcpy(pixel + i * PIXELS, r->pixel + place[i] * PIXELS, PIXELS);
    kd_samples s = { .n = n,
                     .pixel = pixel,
                     .point = kdi_cloud_take(d, r->point, place, n),
                     .label = kdi_labels_take(d, r->label, place, n),
                     .source = FILE_NAME };
    kdi_texts_take(d, r->name, place, n, &s);
    return s;
}

static int open_file(kd_dataset *d, const void *self)
{
    const sh3d18 *o = self;
    rows r;
    KD_TRY(read_rows(d, &r));
    d->points = o->points;
    d->stored_points = KDI_CLOUD;
    d->point_channels = o->normals ? 6 : 3;
    d->up = 1;
    d->height = d->width = SIDE;
    d->channels = 3;
    d->tokenizer = (kd_tokenizer){ KD_WORDS, o->vocabulary, o->length, 1 };
    bool *test = kd_dataset_alloc(d, (size_t)r.n + 1);
    for (int64_t i = 0; i < r.n; i++)
        test[i] = r.fold[i][0] == '0' + o->fold;
    kdi_made_cut(d, &(kdi_rows){ r.n, test, r.label, r.group, take, &r });
    return KD_OK;
}

KD_DATASET(sh3d18, .title = "SH3D-18",
           .notes =
               "Furniture: of each piece a cloud of 1,024 points with normals, the catalogue's "
               "picture (32x32) and name; a network sees what it is made for. 575 pieces in 18 "
               "classes, four folds by look-alikes: report all four. The classes were taken "
               "from the names, so names nearly give them away.",
           .cite = { .key = "sweethome3d2020furniture",
                     .authors = "Emmanuel Puybaret and Scopia and Andrew Kator and Jennifer Legaz "
                                "and Reallusion and BlendSwap contributors",
                     .title = "Sweet Home 3D furniture libraries, version 1.8",
                     .venue = "eTeks",
                     .url = "https://www.sweethome3d.com/importModels.jsp",
                     .year = 2020 },
           .track = KD_CLASSIFY, .kinds = 1u << KD_IMAGE | 1u << KD_POINTS | 1u << KD_TOKENS,
           .self_size = sizeof(sh3d18), .options = options, .open = open_file, .make = make);
