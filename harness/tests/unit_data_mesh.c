/* VRML and OBJ: what is read, what is refused and where; and points on surfaces. */
#include "test.h"
#include "data/mesh.h"

static kdi_arena *arena;
static kdi_mesh mesh;

static kdi_bytes file_of(const char *name, const char *text)
{
    return (kdi_bytes){ name, (const uint8_t *)text, (int64_t)strlen(text) };
}

static int obj(const char *text)
{
    kdi_bytes file = file_of("a.obj", text);
    kd_error_clear();
    return kdi_mesh_obj(arena, &file, &mesh);
}

static int vrml(const char *body)
{
    const char *text = kdi_format(arena, "#VRML V2.0 utf8\n%s", body);
    kdi_bytes file = file_of("a.wrl", text);
    kd_error_clear();
    return kdi_mesh_vrml(arena, &file, &mesh);
}

static void triangle(int64_t i, int a, int b, int c)
{
    CHECK_INT(mesh.triangle[i][0], a);
    CHECK_INT(mesh.triangle[i][1], b);
    CHECK_INT(mesh.triangle[i][2], c);
}

static void obj_refused(const char *text, const char *line, const char *why)
{
    CHECK_INT(obj(text), KD_E_DATA);
    CHECK_HAS(kd_error_message(), line);
    CHECK_HAS(kd_error_message(), why);
    kd_error_clear();
}

static void vrml_refused(const char *body, const char *line, const char *why)
{
    CHECK_INT(vrml(body), KD_E_DATA);
    CHECK_HAS(kd_error_message(), line);
    CHECK_HAS(kd_error_message(), why);
    kd_error_clear();
}

#define SQUARE "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"

/* ---- OBJ --------------------------------------------------------------------------- */

TEST("an OBJ polygon is a fan; textures, normals, groups and materials are passed over")
{
    CHECK_INT(obj("# a square\nmtllib a.mtl\ng one\nusemtl red\n" SQUARE
                  "vt 0 0\nvn 0 0 1\ns off\nf 1/1/1 2//1 3/1 4\n"),
              KD_OK);
    CHECK_INT(mesh.nvertex, 4);
    CHECK_INT(mesh.ntriangle, 2);
    triangle(0, 0, 1, 2);
    triangle(1, 0, 2, 3);
}

TEST("negative corners count back from the newest vertex")
{
    CHECK_INT(obj(SQUARE "f -4 -3 -2\nv 5 5 5\nf -1 1 2\n"), KD_OK);
    triangle(0, 0, 1, 2);
    triangle(1, 4, 0, 1);
}

TEST("carriage returns, tabs, a continued line, colours and no last line break are all right")
{
    CHECK_INT(obj("v\t0 0 0 0.5 0.5 0.5\r\nv 1e0 0 -.0\r\nv 0 1 0 1\r\nf 1 2\\\r\n 3 # face"),
              KD_OK);
    CHECK_INT(mesh.nvertex, 3);
    CHECK_INT(mesh.ntriangle, 1);
}

TEST("a face of one or two corners has no area and leaves nothing")
{
    CHECK_INT(obj(SQUARE "f 1 2\nf 3\nf 1 2 3\n"), KD_OK);
    CHECK_INT(mesh.ntriangle, 1);
}

TEST("what is wrong with an OBJ is said with its line")
{
    obj_refused(SQUARE "f 1 2 5\n", "a.obj:5", "corner 5 of a face, should be 1..4");
    obj_refused(SQUARE "\nf 1 2 0\n", "a.obj:6", "corner 0");
    obj_refused(SQUARE "f 1 2 -5\n", "a.obj:5", "corner -5");
    obj_refused(SQUARE "f 1 2 x\n", "a.obj:5", "found 'x', should be an integer");
    obj_refused(SQUARE "f\n", "a.obj", "has no faces");
    obj_refused(SQUARE "f \n", "a.obj:5", "without corners");
    obj_refused("v 0 0\nv 1 1 1\n", "a.obj:1", "should be a number");
    obj_refused("v 0 0 nan\n", "a.obj:1", "found 'nan'");
    obj_refused("v 0 0 1e999\n", "a.obj:1", "finite");
    obj_refused("\nv 0 0 1e10\n", "a.obj:2", "a coordinate of 1e+10, should be within 1000000000");
    obj_refused("f 99999999999999999999 1 1\n", "a.obj:1", "should be an integer");
    obj_refused("", "a.obj", "has no faces");
    obj_refused(SQUARE, "a.obj", "has no faces");
}

/* ---- VRML --------------------------------------------------------------------------- */

#define MATERIAL "appearance Appearance { material DEF RED Material { diffuseColor 1 0 0 } }"
#define POINTS   "coord Coordinate { point [0 0 0, 1 0 0, 1 1 0, 0 1 0] }"

TEST("VRML shapes follow one another, each with its own points")
{
    CHECK_INT(
        vrml("Shape { " MATERIAL " }\n# \"{\n"
             "Shape { geometry IndexedFaceSet { creaseAngle 0.5 coordIndex [0,1,2,-1 0 2 3 "
             "-1] " POINTS " } appearance Appearance { material USE RED } }\n"
             "Shape { geometry DEF B IndexedFaceSet { " POINTS
             " texCoord TextureCoordinate { point [ 0 0, 1 1 ] } coordIndex [ 3,2,1,0 ] } }\n"),
        KD_OK);
    CHECK_INT(mesh.nvertex, 8);
    CHECK_INT(mesh.ntriangle, 4);
    triangle(1, 0, 2, 3);
    triangle(2, 7, 6, 5);
    triangle(3, 7, 5, 4);
}

TEST("clockwise faces are turned round")
{
    CHECK_INT(vrml("Shape { geometry IndexedFaceSet { ccw FALSE coordIndex [0 1 2 -1] " POINTS
                   " } }"),
              KD_OK);
    triangle(0, 0, 2, 1);
}

TEST("whatever would move or replace a shape is refused with its line")
{
    vrml_refused("\nTransform { translation 1 0 0 children [] }", "a.wrl:3",
                 "Transform is not read");
    vrml_refused("Inline { url \"x.wrl\" }", "a.wrl:2", "Inline is not read");
    vrml_refused("Shape { geometry Box { } }", "a.wrl:2",
                 "found 'Box', should be 'IndexedFaceSet'");
    vrml_refused("Shape { geometry USE B }", "a.wrl:2", "should be 'IndexedFaceSet'");
}

TEST("what is wrong with a VRML file is said with its line")
{
    vrml_refused("", "a.wrl", "has no faces");
    vrml_refused("Shape {\n geometry IndexedFaceSet { coordIndex [\n0 1 4 -1] " POINTS " } }",
                 "a.wrl:4", "index 4 of 4 points, should be 0..3");
    vrml_refused("Shape { geometry IndexedFaceSet { coordIndex [0 -2 1 -1] " POINTS " } }",
                 "a.wrl:2", "index -2");
    vrml_refused("Shape { geometry IndexedFaceSet { coordIndex [0 1.5 1 -1] " POINTS " } }",
                 "a.wrl:2", "found '1.5', should be an integer");
    vrml_refused("Shape { geometry IndexedFaceSet { " POINTS " } }", "a.wrl:2",
                 "without coordIndex");
    vrml_refused("Shape { geometry IndexedFaceSet { coordIndex [0 1 2 -1] } }", "a.wrl:2",
                 "without coord,");
    vrml_refused("Shape { geometry IndexedFaceSet { coordIndex [0 1 2", "a.wrl:2",
                 "found the end, should be ']'");
    vrml_refused("Shape { geometry IndexedFaceSet { coordIndex [0] coordIndex [0] } }", "a.wrl:2",
                 "a second coordIndex");
    vrml_refused("Shape { geometry IndexedFaceSet { coord Coordinate { point [0 0] } } }",
                 "a.wrl:2", "found ']', should be a number");
    vrml_refused("Shape { geometry IndexedFaceSet { solid TRUE texCoord X { ", "a.wrl:2",
                 "never closed");
    kdi_bytes text = file_of("b.wrl", "#VRML V1.0 ascii\n");
    CHECK_INT(kdi_mesh_vrml(arena, &text, &mesh), KD_E_DATA);
    CHECK_HAS(kd_error_message(), "should begin with '#VRML V2.0 utf8'");
    kd_error_clear();
}

/* ---- sampling -------------------------------------------------------------------------- */

enum { MANY = 20000, CHANNELS = 6 };
static float x[MANY * CHANNELS];

/* two squares in planes x = 0 (area 1, normal -x) and z = 5 (area 3, normal +z), and slivers */
static const char two[] = "v 0 0 0\nv 0 0 1\nv 0 1 1\nv 0 1 0\nf 1 2 3 4\n"
                          "v 0 0 5\nv 3 0 5\nv 3 1 5\nv 0 1 5\nf 5 6 7 8\nf 1 1 2\nf 1 2 2\n";

TEST("points are as many on a surface as its area is large, with its face's normal")
{
    CHECK_INT(obj(two), KD_OK);
    CHECK_INT(kdi_mesh_sample(&mesh, "two", 7, MANY, x), KD_OK);
    int large = 0, left = 0;
    for (int i = 0; i < MANY; i++) {
        const float *normal = x + i * CHANNELS + 3;
        bool on_large = normal[2] > 0.5F;
        CHECK_NEAR(fabs(normal[0]), on_large ? 0 : 1, 0);
        CHECK_NEAR(normal[1], 0, 0);
        large += on_large;
        left += on_large && x[i * CHANNELS] < 0;
    }
    CHECK_NEAR(large / (double)MANY, 0.75, 0.012); /* 4 deviations of sqrt(.75*.25/20000) */
    CHECK(left > 0);
}

TEST("their mean is 0 and the farthest is at 1")
{
    double mean[3] = { 0 }, farthest = 0;
    CHECK_INT(obj(two), KD_OK);
    CHECK_INT(kdi_mesh_sample(&mesh, "two", 8, 1000, x), KD_OK);
    for (int i = 0; i < 1000; i++) {
        const float *p = x + i * CHANNELS;
        for (int j = 0; j < 3; j++)
            mean[j] += p[j] / 1000;
        farthest = fmax(farthest, hypot(hypot(p[0], p[1]), p[2]));
    }
    for (int j = 0; j < 3; j++)
        CHECK_NEAR(mean[j], 0, 1e-6);
    CHECK_NEAR(farthest, 1, 1e-6);
}

TEST("where a triangle is, a point is anywhere in it equally likely")
{
    CHECK_INT(obj("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"), KD_OK);
    CHECK_INT(kdi_mesh_sample(&mesh, "one", 3, MANY, x), KD_OK);
    /* variance of a coordinate over a right triangle of legs 1: 1/18; covariance: -1/36. Scaled by
     * the radius, so their ratio is what is known. */
    double xx = 0, xy = 0, yy = 0;
    for (int i = 0; i < MANY; i++) {
        xx += x[i * CHANNELS] * x[i * CHANNELS];
        yy += x[i * CHANNELS + 1] * x[i * CHANNELS + 1];
        xy += x[i * CHANNELS] * x[i * CHANNELS + 1];
    }
    CHECK_NEAR(xy / xx, -0.5, 0.03);
    CHECK_NEAR(yy / xx, 1, 0.04);
}

TEST("the same seed gives the same bits, another seed others")
{
    static float again[CHANNELS * 100];
    CHECK_INT(obj(two), KD_OK);
    CHECK_INT(kdi_mesh_sample(&mesh, "two", 1, 100, x), KD_OK);
    CHECK_INT(kdi_mesh_sample(&mesh, "two", 1, 100, again), KD_OK);
    CHECK(memcmp(x, again, sizeof again) == 0);
    CHECK_INT(kdi_mesh_sample(&mesh, "two", 2, 100, again), KD_OK);
    CHECK(memcmp(x, again, sizeof again) != 0);
}

TEST("a mesh whose faces all lie on lines is refused")
{
    CHECK_INT(obj("v 0 0 0\nv 1 0 0\nv 2 0 0\nf 1 2 3\nf 1 1 1\n"), KD_OK);
    CHECK_INT(kdi_mesh_sample(&mesh, "line.obj", 1, 10, x), KD_E_DATA);
    CHECK_HAS(kd_error_message(),
              "line.obj: has 2 triangles, should have at least one with an area");
    kd_error_clear();
}

int main(void)
{
    arena = kdi_arena_new("test");
    int failed = _cmocka_run_group_tests(__FILE__, kdi_test, kdi_ntest, NULL, NULL);
    kdi_arena_free(arena);
    return failed;
}
