/* Clouds as a network sees them: points drawn on the surface of a mesh (OBJ, VRML 2.0), the lines
 * of a text, or the clouds of an HDF5 file. */
#include "exchange/exchange.h"

#include "data/mesh.h"
#include "data/scan.h"
#include "store/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MESH_CHANNELS = 6, POINTS_MOST = 1 << 22 };

/* n points of `channels` numbers, and how many of them the network takes */
typedef struct cloud {
    const char *path;
    int64_t item, n, channels;
    const float *x;
} cloud;

/* ---- into a row ------------------------------------------------------------------------ */

static void measure(const cloud *c, double mean[3], double *radius)
{
    double farthest = 0;
    mean[0] = mean[1] = mean[2] = 0;
    for (int64_t i = 0; i < 3 * c->n; i++)
        mean[i % 3] += c->x[i / 3 * c->channels + i % 3] / (double)c->n;
    for (int64_t i = 0; i < c->n; i++) {
        double square = 0;
        for (int j = 0; j < 3; j++)
            square += pow(c->x[i * c->channels + j] - mean[j], 2);
        farthest = fmax(farthest, square);
    }
    *radius = farthest > 0 ? sqrt(farthest) : 1;
}

/* Mean 0, farthest at 1, as every cloud of a data set; one that is so already stays bit for bit as
 * it is. */
static void normalise(const cloud *c, double mean[3], double *radius)
{
    const double near = 1e-4;
    measure(c, mean, radius);
    bool is_so = fabs(*radius - 1) < near;
    for (int j = 0; j < 3; j++)
        is_so = is_so && fabs(mean[j]) < near;
    if (is_so) {
        mean[0] = mean[1] = mean[2] = 0;
        *radius = 1;
    }
}

static int check_cloud(const kdi_intake *in, const cloud *c)
{
    const kd_dataset *s = &in->data->set;
    for (int64_t i = 0; i < c->n * c->channels; i++)
        if (!isfinite(c->x[i]))
            return kd_error(KD_E_DATA, "%s: point %" PRId64 " is not finite", c->path,
                            i / c->channels + 1);
    if (c->n < s->points)
        return kd_error(KD_E_DATA, "%s: %" PRId64 " points, the network takes %" PRId64, c->path,
                        c->n, s->points);
    if (c->channels < s->point_channels)
        return kd_error(KD_E_DATA,
                        "%s: points of %" PRId64 " numbers, the network takes x, y, z and the "
                        "normal",
                        c->path, c->channels);
    return KD_OK;
}

/* points order[0], order[1], ..; NULL: the first ones */
static int put(kdi_intake *in, const cloud *c, const int64_t *order)
{
    const kd_dataset *s = &in->data->set;
    double mean[3], radius;
    KD_TRY(check_cloud(in, c));
    normalise(c, mean, &radius);
    float *to = kdi_intake_add(in, c->path, c->item);
    for (int64_t i = 0; i < s->points; i++, to += s->point_channels) {
        const float *from = c->x + (order ? order[i] : i) * c->channels;
        for (int j = 0; j < 3; j++)
            to[j] = (float)((from[j] - mean[j]) / radius);
        if (s->point_channels == 6)
            memcpy(to + 3, from + 3, 3 * sizeof *to);
    }
    return KD_OK;
}

/* ---- meshes ---------------------------------------------------------------------------- */

/* drawn by the content, not by the name: the same file anywhere gives the same points */
static uint64_t seed_of(const kdi_bytes *file)
{
    char hex[KDI_SHA256_HEX];
    unsigned seed = 0;
    kdi_sha256(file->data, (size_t)file->size, hex);
    KD_ASSERT(sscanf(hex, "%8x", &seed) == 1);
    return seed;
}

static int take_mesh(kdi_intake *in, const kdi_bytes *file,
                     int (*read)(kdi_arena *, const kdi_bytes *, kdi_mesh *))
{
    kdi_mesh mesh = { 0 };
    int64_t n = in->data->set.points;
    float *x = kdi_alloc(in->arena, (size_t)(n * MESH_CHANNELS) * sizeof *x);
    KD_TRY(read(in->arena, file, &mesh));
    KD_TRY(kdi_mesh_sample(&mesh, file->path, seed_of(file), n, x));
    return put(in, &(cloud){ file->path, -1, n, MESH_CHANNELS, x }, NULL);
}

/* ---- texts: x y z, or x y z and the normal, on each line --------------------------------- */

static bool at_line(kdi_scan *s)
{
    while (s->at < s->end && strchr(" \t\r\n,#", *s->at)) {
        bool comment = *s->at == '#';
        while (comment && s->at < s->end && *s->at != '\n')
            s->at++;
        s->at += s->at < s->end;
    }
    return s->at < s->end;
}

/* how many numbers the line has; 0 where one of them is none */
static int line_of(kdi_scan *s, double x[MESH_CHANNELS], int *n)
{
    *n = 0;
    for (;;) {
        while (s->at < s->end && strchr(" \t,;", *s->at))
            s->at++;
        if (s->at == s->end || *s->at == '\n' || *s->at == '\r' || *s->at == '#')
            return KD_OK;
        if (*n == MESH_CHANNELS)
            return kdi_scan_error(s, "more than %d numbers, should be 3 or 6", MESH_CHANNELS);
        KD_TRY(kdi_scan_real(s, ",;#", &x[(*n)++]));
    }
}

static int read_lines(kdi_intake *in, kdi_scan *s, cloud *c)
{
    int64_t room = 1024;
    float *x = kdi_alloc(in->arena, (size_t)(room * MESH_CHANNELS) * sizeof *x);
    for (; at_line(s); c->n++) {
        double number[MESH_CHANNELS];
        int n;
        KD_TRY(line_of(s, number, &n));
        if (n != 3 && n != 6)
            return kdi_scan_error(s, "%d numbers, should be 3 or 6", n);
        if (c->n == 0)
            c->channels = n;
        if (n != c->channels || c->n == POINTS_MOST)
            return kdi_scan_error(s, "%d numbers, the lines before it have %d; at most %d lines", n,
                                  (int)c->channels, POINTS_MOST);
        if (c->n == room) {
            float *wider = kdi_alloc(in->arena, (size_t)(2 * room * MESH_CHANNELS) * sizeof *x);
            x = memcpy(wider, x, (size_t)(room * c->channels) * sizeof *x);
            room *= 2;
        }
        for (int i = 0; i < n; i++)
            x[c->n * n + i] = (float)number[i];
    }
    c->x = x;
    return KD_OK;
}

/* neighbours in a scan lie beside each other: points from all over it, drawn by the content */
static int take_lines(kdi_intake *in, const kdi_bytes *file)
{
    kdi_scan s = kdi_scan_new(file);
    cloud c = { .path = file->path, .item = -1 };
    KD_TRY(read_lines(in, &s, &c));
    if (c.n <= in->data->set.points)
        return put(in, &c, NULL);
    int64_t *order = kdi_alloc(in->arena, (size_t)c.n * sizeof *order);
    for (int64_t i = 0; i < c.n; i++)
        order[i] = i;
    kd_rng rng = kdi_rng(seed_of(file), KDI_STREAM_ORDER, 0);
    kdi_shuffle(&rng, order, c.n);
    return put(in, &c, order);
}

/* ---- HDF5: `data` or `point` n,points,3 or 6, and perhaps `normal` n,points,3 --------------- */

static bool is_clouds(const kd_value *v, int64_t most_channels)
{
    return v && v->kind == KD_V_ARRAY && (v->element == KD_F32 || v->element == KD_F64) &&
           v->shape.n == 3 && (v->shape.d[2] == 3 || v->shape.d[2] == most_channels);
}

static float at(const kd_value *v, int64_t i)
{
    return v->element == KD_F32 ? ((const float *)v->data)[i] : (float)((const double *)v->data)[i];
}

static int take_clouds(kdi_intake *in, const char *path, const kd_value *data,
                       const kd_value *normal)
{
    int64_t n = data->shape.d[1], own = data->shape.d[2], channels = normal ? 6 : own;
    for (int64_t i = 0; i < data->shape.d[0]; i++) {
        float *x = kdi_alloc(in->arena, (size_t)(n * channels) * sizeof *x + 1);
        for (int64_t p = 0; p < n; p++)
            for (int64_t j = 0; j < channels; j++)
                x[p * channels + j] =
                    j < own ? at(data, (i * n + p) * own + j) : at(normal, (i * n + p) * 3 + j - 3);
        KD_TRY(put(in, &(cloud){ path, i, n, channels, x }, NULL));
    }
    return KD_OK;
}

static int take_h5(kdi_intake *in, const char *path)
{
    kd_value *tree;
    KD_TRY(kdi_h5_read(path, NULL, NULL, in->arena, &tree));
    const kd_value *data = kd_get(tree, "data"), *normal = kd_get(tree, "normal");
    data = data ? data : kd_get(tree, "point");
    if (!is_clouds(data, 6))
        return kd_error(KD_E_DATA,
                        "%s: should have `data` (or `point`): reals, clouds x points x 3 (or 6)",
                        path);
    if (data->shape.d[2] == 6 || !normal)
        return take_clouds(in, path, data, NULL);
    if (!is_clouds(normal, 3) || !kd_shape_equal(normal->shape, data->shape))
        return kd_error(KD_E_DATA, "%s: `normal` should be reals of the shape of `data`, %s", path,
                        kd_shape_text(data->shape));
    return take_clouds(in, path, data, normal);
}

/* ---- by their endings ------------------------------------------------------------------------ */

static bool ends(const char *path, const char *with)
{
    size_t n = strlen(path), length = strlen(with);
    return n > length && strcasecmp(path + n - length, with) == 0;
}

int kdi_intake_points(kdi_intake *in, const char *path)
{
    kdi_bytes file = { .path = path };
    if (ends(path, ".h5") || ends(path, ".hdf5"))
        return take_h5(in, path);
    KD_TRY(kdi_read_file(in->arena, path, KDI_MESH_BYTES, &file.data, &file.size));
    if (ends(path, ".obj"))
        return take_mesh(in, &file, kdi_mesh_obj);
    if (ends(path, ".wrl") || ends(path, ".vrml"))
        return take_mesh(in, &file, kdi_mesh_vrml);
    if (ends(path, ".xyz") || ends(path, ".txt") || ends(path, ".csv") || ends(path, ".pts"))
        return take_lines(in, &file);
    return kd_error(KD_E_DATA,
                    "%s: should be a mesh (.obj, .wrl), lines of x y z (.xyz, .txt, .csv, .pts) or "
                    "clouds (.h5)",
                    path);
}
