/* Wavefront OBJ: vertices and polygons; what is wrong is named by its line. */
#include "data/mesh.h"

#include <string.h>

static bool at_end(const kdi_scan *s)
{
    return s->at == s->end || *s->at == '\n';
}

/* blanks within the line; a backslash before its end continues it */
static void skip_blanks(kdi_scan *s)
{
    for (; s->at < s->end; s->at++) {
        if (*s->at == '\\') {
            const char *next = s->at + 1;
            next += next < s->end && *next == '\r';
            if (next == s->end || *next != '\n')
                return;
            s->at = next;
        } else if (*s->at != ' ' && *s->at != '\t' && *s->at != '\r') {
            return;
        }
    }
}

static int take_vertex(kdi_mesh *m, kdi_scan *s)
{
    double at[3];
    for (int i = 0; i < 3; i++) {
        skip_blanks(s);
        KD_TRY(kdi_scan_real(s, "\\", &at[i]));
    }
    return kdi_mesh_add_vertex(m, s, at);
}

/* "7", "7/2", "7//3", "-1/2/3": counted from 1, or back from the newest */
static int take_corner(const kdi_mesh *m, kdi_scan *s, int64_t *corner)
{
    kdi_scan from = *s;
    int64_t i;
    KD_TRY(kdi_scan_integer(s, "/\\", &i));
    if (i == 0 || i > m->nvertex || i < -m->nvertex)
        return kdi_scan_error(&from, "corner %lld of a face, should be 1..%lld or -%lld..-1",
                              (long long)i, (long long)m->nvertex, (long long)m->nvertex);
    *corner = i > 0 ? i - 1 : m->nvertex + i;
    while (!at_end(s) && strchr("/-+0123456789", *s->at) && *s->at)
        s->at++;
    return KD_OK;
}

/* a polygon is the fan of triangles around its first corner; of fewer than three nothing is left */
static int take_face(kdi_mesh *m, kdi_scan *s)
{
    int64_t first = 0, last = 0, corner = 0, n = 0;
    kdi_scan from = *s;
    for (skip_blanks(s); !at_end(s) && *s->at != '#'; skip_blanks(s), n++) {
        KD_TRY(take_corner(m, s, &corner));
        if (n == 0)
            first = corner;
        if (n >= 2)
            KD_TRY(kdi_mesh_add_triangle(m, s, first, last, corner));
        last = corner;
    }
    return n ? KD_OK : kdi_scan_error(&from, "a face without corners, should have at least 3");
}

static bool begins(const kdi_scan *s, char word)
{
    return s->end - s->at >= 2 && s->at[0] == word && (s->at[1] == ' ' || s->at[1] == '\t');
}

static void next_line(kdi_scan *s)
{
    const char *stop = memchr(s->at, '\n', (size_t)(s->end - s->at));
    s->at = stop ? stop + 1 : s->end;
}

int kdi_mesh_obj(kdi_arena *a, const kdi_bytes *file, kdi_mesh *mesh)
{
    kdi_scan s = kdi_scan_new(file);
    *mesh = (kdi_mesh){ .arena = a };
    for (; s.at < s.end; next_line(&s)) {
        skip_blanks(&s);
        bool vertex = begins(&s, 'v'), face = begins(&s, 'f');
        s.at += vertex || face;
        if (vertex)
            KD_TRY(take_vertex(mesh, &s));
        if (face)
            KD_TRY(take_face(mesh, &s));
    }
    return mesh->ntriangle ? KD_OK
                           : kd_error(KD_E_DATA, "%s: has no faces, should have some", file->path);
}
