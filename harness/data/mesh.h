/* mesh.h - surfaces of triangles out of text files, and points on them. */
#ifndef KDI_MESH_H
#define KDI_MESH_H

#include "data/scan.h"

enum {
    KDI_MESH_BYTES = 64 << 20, /* the largest file that is read */
    KDI_MESH_MOST = 1 << 24,   /* vertices, and triangles */
    KDI_MESH_FARTHEST = 1000000000
};

typedef struct kdi_mesh {
    kdi_arena *arena;
    int64_t nvertex, ntriangle, vertex_room, triangle_room;
    double (*vertex)[3];
    int32_t (*triangle)[3];
} kdi_mesh;

/* VRML 2.0: shapes of IndexedFaceSet, one after the other; whatever moves, repeats or replaces
 * shapes is refused */
int kdi_mesh_vrml(kdi_arena *a, const kdi_bytes *file, kdi_mesh *mesh);
/* Wavefront OBJ: v and f, polygons as fans; everything else is passed over */
int kdi_mesh_obj(kdi_arena *a, const kdi_bytes *file, kdi_mesh *mesh);

/* n points anywhere on the surface, each followed by its face's normal, drawn by the file's own
 * seed; then their mean is 0 and the farthest is at 1. n,6 floats; what is wrong is said of path.
 */
int kdi_mesh_sample(const kdi_mesh *mesh, const char *path, uint64_t seed, int64_t n, float *to);

/* ---- for parsers: s is where messages point to ------------------------------ */

int kdi_mesh_add_vertex(kdi_mesh *mesh, const kdi_scan *s, const double at[3]);
int kdi_mesh_add_triangle(kdi_mesh *mesh, const kdi_scan *s, int64_t a, int64_t b, int64_t c);

#endif
