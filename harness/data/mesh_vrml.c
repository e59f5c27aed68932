/* VRML 2.0 as exporters of parts write it: a list of shapes, each an IndexedFaceSet. */
#include "data/mesh.h"

#include <string.h>

#define HEADER "#VRML V2.0 utf8"

/* They would change where a shape is, or what there is, without our noticing. */
static const char *const refused[] = {
    "Transform", "Inline",    "Switch",    "LOD",    "PROTO", "EXTERNPROTO",
    "Billboard", "Collision", "Extrusion", "Script", "ROUTE", NULL,
};

/* ---- words ---------------------------------------------------------------------- */

/* blanks, commas, comments */
static void skip(kdi_scan *s)
{
    while (s->at < s->end && ((unsigned char)*s->at <= ' ' || *s->at == ',' || *s->at == '#'))
        if (*s->at == '#')
            while (s->at < s->end && *s->at != '\n')
                s->at++;
        else
            s->at++;
}

static bool in_word(char c)
{
    return (unsigned char)c > ' ' && !strchr("{}[],#\"", c);
}

/* the next word, bracket, brace or string (its quote alone, when it does not end); size 0: end */
static size_t next(kdi_scan *s, const char **word)
{
    skip(s);
    const char *p = *word = s->at;
    if (p == s->end)
        return 0;
    if (*p == '"') {
        for (p++; p < s->end && *p != '"'; p++)
            p += *p == '\\' && p + 1 < s->end;
        s->at = p < s->end ? p + 1 : *word + 1;
    } else if (in_word(*p)) {
        while (p < s->end && in_word(*p))
            p++;
        s->at = p;
    } else {
        s->at = p + 1;
    }
    return (size_t)(s->at - *word);
}

static bool is(const char *word, size_t n, const char *what)
{
    return n == strlen(what) && memcmp(word, what, n) == 0;
}

static int expect(kdi_scan *s, const char *what)
{
    const char *word;
    skip(s);
    kdi_scan from = *s;
    size_t n = next(s, &word);
    if (is(word, n, what))
        return KD_OK;
    return kdi_scan_error(&from, "found %s, should be '%s'", kdi_scan_found(&from), what);
}

/* an optional "DEF name", then the node's type, which must be this one */
static int expect_node(kdi_scan *s, const char *type)
{
    const char *word;
    kdi_scan from = *s;
    size_t n = next(s, &word);
    if (is(word, n, "DEF"))
        next(s, &word);
    else
        *s = from;
    KD_TRY(expect(s, type));
    return expect(s, "{");
}

/* the rest of a field's value that began with an open brace or bracket */
static int skip_nested(kdi_scan *s)
{
    const char *word;
    kdi_scan from = *s;
    for (int depth = 1; depth > 0;) {
        size_t n = next(s, &word);
        if (n == 0)
            return kdi_scan_error(&from, "a brace or bracket that is never closed");
        depth += *word == '{' || *word == '[' ? 1 : *word == '}' || *word == ']' ? -1 : 0;
    }
    return KD_OK;
}

/* ---- one IndexedFaceSet ----------------------------------------------------------- */

/* its corners count from its own first vertex; triangles get them before the vertices are known,
 * so the largest is kept with its place */
typedef struct {
    kdi_mesh *mesh;
    int64_t first_triangle, largest;
    kdi_scan largest_at;
    bool has_index, has_points, clockwise;
} face_set;

static int take_corner(face_set *f, kdi_scan *s, int64_t *corner)
{
    kdi_scan from = *s;
    KD_TRY(kdi_scan_integer(s, ",]#", corner));
    if (*corner < -1 || *corner >= KDI_MESH_MOST)
        return kdi_scan_error(&from, "index %lld in coordIndex, should be -1..%d",
                              (long long)*corner, KDI_MESH_MOST - 1);
    if (*corner > f->largest) {
        f->largest = *corner;
        f->largest_at = from;
    }
    return KD_OK;
}

/* polygons as fans; of fewer than three corners nothing is left */
static int take_index(face_set *f, kdi_scan *s)
{
    int64_t first = 0, last = 0, corner = 0, n = 0;
    KD_TRY(expect(s, "["));
    for (skip(s); s->at < s->end && *s->at != ']'; skip(s)) {
        KD_TRY(take_corner(f, s, &corner));
        if (corner == -1) {
            n = 0;
            continue;
        }
        if (n == 0)
            first = corner;
        if (n >= 2)
            KD_TRY(kdi_mesh_add_triangle(f->mesh, s, first, last, corner));
        last = corner;
        n++;
    }
    f->has_index = true;
    return expect(s, "]");
}

static int take_points(face_set *f, kdi_scan *s)
{
    KD_TRY(expect_node(s, "Coordinate"));
    KD_TRY(expect(s, "point"));
    KD_TRY(expect(s, "["));
    for (skip(s); s->at < s->end && *s->at != ']'; skip(s)) {
        double at[3];
        for (int i = 0; i < 3; i++, skip(s))
            KD_TRY(kdi_scan_real(s, ",]#", &at[i]));
        KD_TRY(kdi_mesh_add_vertex(f->mesh, s, at));
    }
    f->has_points = true;
    KD_TRY(expect(s, "]"));
    return expect(s, "}");
}

/* corners become the mesh's; clockwise ones are turned round */
static int settle(face_set *f, const kdi_scan *s, int64_t first_vertex)
{
    int64_t n = f->mesh->nvertex - first_vertex;
    if (!f->has_index || !f->has_points)
        return kdi_scan_error(s, "an IndexedFaceSet without %s, should have both",
                              f->has_index ? "coord" : "coordIndex");
    if (f->largest >= n)
        return kdi_scan_error(&f->largest_at, "index %lld of %lld points, should be 0..%lld",
                              (long long)f->largest, (long long)n, (long long)n - 1);
    for (int64_t i = f->first_triangle; i < f->mesh->ntriangle; i++) {
        int32_t *corner = f->mesh->triangle[i], second = corner[1];
        if (f->clockwise) {
            corner[1] = corner[2];
            corner[2] = second;
        }
        for (int k = 0; k < 3; k++)
            corner[k] += (int32_t)first_vertex;
    }
    return KD_OK;
}

/* any value but FALSE is the default */
static void take_order(face_set *f, kdi_scan *s)
{
    const char *word;
    size_t n = next(s, &word);
    f->clockwise = is(word, n, "FALSE");
}

static int take_field(face_set *f, kdi_scan *s, const char *word, size_t n)
{
    if (is(word, n, "coordIndex"))
        return f->has_index ? kdi_scan_error(s, "a second coordIndex") : take_index(f, s);
    if (is(word, n, "coord"))
        return f->has_points ? kdi_scan_error(s, "a second coord") : take_points(f, s);
    if (is(word, n, "ccw"))
        take_order(f, s);
    else if (*word == '{' || *word == '[')
        return skip_nested(s);
    return KD_OK;
}

static int take_set(kdi_mesh *m, kdi_scan *s)
{
    face_set f = { .mesh = m, .first_triangle = m->ntriangle, .largest = -1 };
    int64_t first_vertex = m->nvertex;
    kdi_scan from = *s;
    KD_TRY(expect_node(s, "IndexedFaceSet"));
    for (;;) {
        const char *word;
        size_t n = next(s, &word);
        if (n == 0)
            return kdi_scan_error(&from, "an IndexedFaceSet that is never closed");
        if (*word == '}')
            return settle(&f, &from, first_vertex);
        KD_TRY(take_field(&f, s, word, n));
    }
}

/* ---- the file ------------------------------------------------------------------------ */

static int check_word(const kdi_scan *s, const char *word, size_t n)
{
    for (int i = 0; refused[i]; i++)
        if (is(word, n, refused[i]))
            return kdi_scan_error(s, "%s is not read, should be a list of shapes", refused[i]);
    return KD_OK;
}

int kdi_mesh_vrml(kdi_arena *a, const kdi_bytes *file, kdi_mesh *mesh)
{
    kdi_scan s = kdi_scan_new(file);
    const char *word;
    size_t n;
    *mesh = (kdi_mesh){ .arena = a };
    if (file->size < (int64_t)strlen(HEADER) || memcmp(s.at, HEADER, strlen(HEADER)) != 0)
        return kdi_scan_error(&s, "begins with %s, should begin with '%s'", kdi_scan_found(&s),
                              HEADER);
    while ((n = next(&s, &word)) > 0) {
        KD_TRY(check_word(&s, word, n));
        if (is(word, n, "geometry"))
            KD_TRY(take_set(mesh, &s));
    }
    return mesh->ntriangle ? KD_OK
                           : kd_error(KD_E_DATA, "%s: has no faces, should have some", file->path);
}
