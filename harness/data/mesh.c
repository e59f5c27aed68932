/* Points on a surface of triangles, everywhere equally dense. */
#include "data/mesh.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { FIRST_ROOM = 1024, CHANNELS = 6 };

/* ---- growing ----------------------------------------------------------------- */

static void *grow(kdi_arena *a, void *from, int64_t n, int64_t *room, size_t size)
{
    if (n < *room)
        return from;
    *room = *room ? 2 * *room : FIRST_ROOM;
    void *to = kdi_alloc(a, (size_t)*room * size);
    if (n)
        memcpy(to, from, (size_t)n * size);
    return to;
}

int kdi_mesh_add_vertex(kdi_mesh *m, const kdi_scan *s, const double at[3])
{
    if (m->nvertex == KDI_MESH_MOST)
        return kdi_scan_error(s, "more than %d vertices", KDI_MESH_MOST);
    for (int i = 0; i < 3; i++)
        if (fabs(at[i]) > KDI_MESH_FARTHEST)
            return kdi_scan_error(s, "a coordinate of %g, should be within %d", at[i],
                                  KDI_MESH_FARTHEST);
    m->vertex = grow(m->arena, m->vertex, m->nvertex, &m->vertex_room, sizeof *m->vertex);
    memcpy(m->vertex[m->nvertex++], at, sizeof *m->vertex);
    return KD_OK;
}

int kdi_mesh_add_triangle(kdi_mesh *m, const kdi_scan *s, int64_t a, int64_t b, int64_t c)
{
    if (m->ntriangle == KDI_MESH_MOST)
        return kdi_scan_error(s, "more than %d triangles", KDI_MESH_MOST);
    m->triangle = grow(m->arena, m->triangle, m->ntriangle, &m->triangle_room, sizeof *m->triangle);
    int32_t *corner = m->triangle[m->ntriangle++];
    corner[0] = (int32_t)a;
    corner[1] = (int32_t)b;
    corner[2] = (int32_t)c;
    return KD_OK;
}

/* ---- sampling ----------------------------------------------------------------- */

/* normal of length twice the area */
static double cross(const kdi_mesh *m, const int32_t corner[3], double normal[3])
{
    const double *a = m->vertex[corner[0]], *b = m->vertex[corner[1]], *c = m->vertex[corner[2]];
    double u[3], v[3];
    for (int i = 0; i < 3; i++) {
        u[i] = b[i] - a[i];
        v[i] = c[i] - a[i];
    }
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        normal[i] = u[j] * v[k] - u[k] * v[j];
    }
    return sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
}

/* up_to[i]: area of triangles 0..i; those without one add nothing and are never found */
static double *areas(kdi_arena *a, const kdi_mesh *m)
{
    double *up_to = kdi_alloc(a, (size_t)(m->ntriangle + 1) * sizeof *up_to), sum = 0, normal[3];
    for (int64_t i = 0; i < m->ntriangle; i++)
        up_to[i] = sum += cross(m, m->triangle[i], normal) / 2;
    return up_to;
}

/* the first triangle whose area reaches beyond `at` */
static int64_t find(const double *up_to, int64_t n, double at)
{
    int64_t low = 0, high = n - 1;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (up_to[middle] > at || up_to[middle] >= up_to[n - 1])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* x = (1 - sqrt u) a + sqrt u ((1 - v) b + v c) is equally likely anywhere in a triangle */
static void draw(const kdi_mesh *m, const double *up_to, kd_rng *rng, double x[CHANNELS])
{
    double area = up_to[m->ntriangle - 1];
    const int32_t *corner = m->triangle[find(up_to, m->ntriangle, kdi_uniform01(rng) * area)];
    double root = sqrt(kdi_uniform01(rng)), v = kdi_uniform01(rng);
    double length = cross(m, corner, x + 3);
    for (int i = 0; i < 3; i++) {
        x[i] = (1 - root) * m->vertex[corner[0]][i] +
               root * ((1 - v) * m->vertex[corner[1]][i] + v * m->vertex[corner[2]][i]);
        x[3 + i] /= length;
    }
}

/* mean to 0, farthest to 1; the radius that there was */
static double centre(double (*x)[CHANNELS], int64_t n)
{
    double mean[3] = { 0 }, farthest = 0;
    for (int64_t i = 0; i < n; i++)
        for (int j = 0; j < 3; j++)
            mean[j] += x[i][j] / (double)n;
    for (int64_t i = 0; i < n; i++) {
        double square = 0;
        for (int j = 0; j < 3; j++) {
            x[i][j] -= mean[j];
            square += x[i][j] * x[i][j];
        }
        farthest = fmax(farthest, square);
    }
    double radius = sqrt(farthest);
    for (int64_t i = 0; radius > 0 && i < n; i++)
        for (int j = 0; j < 3; j++)
            x[i][j] /= radius;
    return radius;
}

static int sample(kdi_arena *a, const kdi_mesh *m, const char *path, uint64_t seed, int64_t n,
                  float *to)
{
    double *up_to = areas(a, m), (*x)[CHANNELS] = kdi_alloc(a, (size_t)n * sizeof *x);
    kd_rng rng = kdi_rng(seed, KDI_STREAM_SURFACE, 0);
    if (m->ntriangle == 0 || !(up_to[m->ntriangle - 1] > 0))
        return kd_error(KD_E_DATA,
                        "%s: has %" PRId64 " triangles, should have at least one with an area",
                        path, m->ntriangle);
    for (int64_t i = 0; i < n; i++)
        draw(m, up_to, &rng, x[i]);
    if (!(centre(x, n) > 0))
        return kd_error(KD_E_DATA, "%s: all of its %" PRId64 " points are in one place", path, n);
    for (int64_t i = 0; i < n * CHANNELS; i++)
        to[i] = (float)x[i / CHANNELS][i % CHANNELS];
    return KD_OK;
}

int kdi_mesh_sample(const kdi_mesh *m, const char *path, uint64_t seed, int64_t n, float *to)
{
    kdi_arena *scratch = kdi_arena_new("surface");
    int code = sample(scratch, m, path, seed, n, to);
    kdi_arena_free(scratch);
    return code;
}
