/* Any bytes as a mesh, all the way to points on it: the first byte says VRML (v) or OBJ. */
#include "data/mesh.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { POINTS = 16, CHANNELS = 6 };

/* whoever refuses says why; whoever accepts says nothing */
static bool promised(int code)
{
    KD_ASSERT((code == KD_OK) == !kd_failed());
    KD_ASSERT(code == KD_OK || strlen(kd_error_message()) > 0);
    kd_error_clear();
    return code == KD_OK;
}

static void check_mesh(const kdi_mesh *m)
{
    KD_ASSERT(m->ntriangle > 0);
    for (int64_t i = 0; i < m->ntriangle; i++)
        for (int k = 0; k < 3; k++)
            KD_ASSERT(m->triangle[i][k] >= 0 && m->triangle[i][k] < m->nvertex);
}

static void check_points(const float *x)
{
    for (int i = 0; i < POINTS; i++) {
        const float *p = x + i * CHANNELS;
        KD_ASSERT(hypot(hypot(p[0], p[1]), p[2]) < 1.001);
        KD_ASSERT(fabs(hypot(hypot(p[3], p[4]), p[5]) - 1) < 0.001);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    kdi_arena *a = kdi_arena_new("fuzz");
    kdi_bytes file = { "mesh", data + 1, (int64_t)size - 1 };
    kdi_mesh mesh;
    float x[POINTS * CHANNELS];
    kd_error_clear();
    if (promised((data[0] == 'v' ? kdi_mesh_vrml : kdi_mesh_obj)(a, &file, &mesh))) {
        check_mesh(&mesh);
        if (promised(kdi_mesh_sample(&mesh, "mesh", size, POINTS, x)))
            check_points(x);
    }
    kdi_arena_free(a);
    return 0;
}
