/* Data sets that are made from a package: small packages through KiCad-29 and SH3D-18, the file
 * that is left, and validation by whole groups. */
#include "data_files.h"
#include "package_files.h"
#include "data/made.h"

static kdi_arena *arena;
static kdi_data *data;
static packed pack;

/* ---- groups ------------------------------------------------------------------------- */

TEST("groups are held in the order of CRC32(class + group) until there is enough")
{
    /* of class "a": y q u x t p r v w s in the order of their sums (zlib.crc32 of Python) */
    static const char *const class[] = { "a" };
    static const char *const group[] = { "p", "q", "r", "s", "t", "u", "v", "w", "x", "y" };
    int64_t label[10] = { 0 };
    bool held[10];
    kdi_hold_groups(class, label, group, 10, 0.12, 0.25, held);
    for (int i = 0; i < 10; i++)
        CHECK(held[i] == (i == 1 || i == 9)); /* y: 1 is less than 1.2; q: 2 is not */
}

TEST("a group that would be too much is passed over whole, and the next is tried")
{
    static const char *const class[] = { "a", "b" };
    static const char *const group[] = { "y", "p", "y", "q", "y", "r", "r", "r", "r", "r", "q" };
    int64_t label[11] = { 0 };
    bool held[11];
    label[10] = 1; /* of another class: never held, it is alone there */
    kdi_hold_groups(class, label, group, 11, 0.12, 0.25, held);
    for (int i = 0; i < 11; i++)
        CHECK(held[i] == (i == 3 || i == 1)); /* y is 3 of 10; q, then p; r is 5 */
}

/* ---- from a package ------------------------------------------------------------------ */

enum { KINDS = 2, EACH = 12 };

static kd_value *making(const char *name, const char *from)
{
    kd_value *args = kd_list(arena), *spec = kd_map(arena);
    kd_push(args, spec);
    kd_set_text(spec, "name", name);
    kd_set_text(spec, "from", kdi_strdup(arena, from));
    kd_set_text(spec, "manifest", kdi_strdup(arena, in_folder("manifest.tsv")));
    kd_set_text(spec, "package", "0123");
    const char *file = kdi_format(arena, "%s.h5", name);
    kd_set_text(spec, "out", kdi_strdup(arena, in_folder(file)));
    return args;
}

static int open_set(const char *name, const char *option, int64_t value)
{
    kd_value *spec = kd_map(arena), *o = kd_map(arena);
    kd_set_text(spec, "name", name);
    kd_set(spec, "options", o);
    kd_set_int(o, option, value);
    return kdi_data_open(&data, spec, folder);
}

/* box i of class c is a triangle and a rectangle of its own size */
static const char *wrl(int c, int i)
{
    return kdi_format(arena,
                      "#VRML V2.0 utf8\nShape { geometry IndexedFaceSet { coordIndex [0,1,2,-1,%s] "
                      "coord Coordinate { point [0 0 0, %d 0 0, 0 1 0, 0 1 %d] } } }\n",
                      c ? "0,1,3,-1" : "", i + 1, i + 2);
}

static void put_manifest(const char *text)
{
    put_file("manifest.tsv", text, strlen(text));
}

/* 12 of each of two classes, families of one; the last two of each are test */
static void small_kicad(const char *broken)
{
    kd_error_clear();
    folder_empty();
    const char *manifest = "class\tsplit\tfamily\tpath\n";
    pack_begin(&pack, false);
    for (int c = 0; c < KINDS; c++)
        for (int i = 0; i < EACH; i++) {
            const char *path = kdi_format(arena, "X.3dshapes/%c%d.wrl", 'a' + c, i);
            manifest = kdi_format(arena, "%s%c\t%s\tf%d\t%s\n", manifest, 'a' + c,
                                  i < 10 ? "train" : "test", i, path);
            pack_text(&pack, kdi_format(arena, "./usr/share/kicad/3dmodels/%s", path),
                      broken && c == 1 && i == 5 ? broken : wrl(c, i));
        }
    pack_end(&pack);
    pack_deb(&pack, in_folder("x.deb"));
    put_manifest(manifest);
}

TEST("a package becomes a file that opens: splits as the manifest says, validation of train")
{
    kd_value *sum, *from;
    small_kicad(NULL);
    CHECK_INT(kdi_call_data_make(making("kicad29", in_folder("x.deb")), arena, &sum), KD_OK);
    CHECK_INT(open_set("kicad29", "points", 100), KD_OK);
    CHECK_INT(data->set.classes, KINDS);
    CHECK_TEXT(data->set.class_name[1], "b");
    CHECK_INT(data->part[KD_TEST].n, 4);
    CHECK_INT(data->part[KD_VALIDATION].n, 4);
    CHECK_INT(data->part[KD_TRAIN].n, 16);
    CHECK_INT(data->set.points, 100);
    CHECK_INT(data->set.point_channels, 6);
    kdi_data_close(data);
    kd_value *path = kd_list(arena);
    kd_push(path, kd_string(arena, in_folder("kicad29.h5")));
    CHECK_INT(kdi_call_data_made_from(path, arena, &from), KD_OK);
    CHECK_TEXT(kd_get_text(from, "package", ""), "0123");
    CHECK_TEXT(kd_get_text(from, "content", ""), sum->text);
    char manifest[KDI_SHA256_HEX];
    CHECK_INT(kdi_sha256_file(in_folder("manifest.tsv"), manifest), KD_OK);
    CHECK_TEXT(kd_get_text(from, "manifest", ""), manifest);
}

TEST("a folder of the same files gives the same content, bit for bit")
{
    kd_value *packed_sum, *sum;
    small_kicad(NULL);
    CHECK_INT(kdi_call_data_make(making("kicad29", in_folder("x.deb")), arena, &packed_sum), KD_OK);
    mkdir(in_folder("X.3dshapes"), 0700);
    for (int i = 0; i < KINDS * EACH; i++) {
        const char *text = wrl(i / EACH, i % EACH);
        put_file(kdi_format(arena, "X.3dshapes/%c%d.wrl", 'a' + i / EACH, i % EACH), text,
                 strlen(text));
    }
    CHECK_INT(kdi_call_data_make(making("kicad29", folder), arena, &sum), KD_OK);
    CHECK_TEXT(sum->text, packed_sum->text);
    for (int i = 0; i < KINDS * EACH; i++)
        unlink(in_folder(kdi_format(arena, "X.3dshapes/%c%d.wrl", 'a' + i / EACH, i % EACH)));
    rmdir(in_folder("X.3dshapes"));
}

TEST("a shape that cannot be read ends it, named with its line, and leaves no file")
{
    kd_value *sum;
    small_kicad("#VRML V2.0 utf8\n\nTransform {}\n");
    CHECK_INT(kdi_call_data_make(making("kicad29", in_folder("x.deb")), arena, &sum), KD_E_DATA);
    CHECK_HAS(kd_error_message(), "X.3dshapes/b5.wrl:3: Transform is not read");
    kd_error_clear();
    CHECK(access(in_folder("kicad29.h5"), F_OK) != 0);
}

TEST("a file that was made and then changed is not opened")
{
    static unsigned char bytes[1 << 20];
    kd_value *sum;
    small_kicad(NULL);
    CHECK_INT(kdi_call_data_make(making("kicad29", in_folder("x.deb")), arena, &sum), KD_OK);
    size_t n = get_file("kicad29.h5", bytes, sizeof bytes);
    bytes[n / 2] ^= 1;
    put_file("kicad29.h5", bytes, n);
    CHECK(open_set("kicad29", "points", 100) != KD_OK);
    CHECK_HAS(kd_error_message(), "kicad29.h5 is damaged");
    kd_error_clear();
}

/* ---- SH3D ------------------------------------------------------------------------------- */

/* 16 chairs and 16 beds, a quarter in each fold, in one library */
static void small_sh3d(const char *called)
{
    static packed zip;
    static uint8_t png[PACKAGE_ROOM];
    const uint8_t colour[] = { 10, 200, 30, 255 };
    const char *manifest = "class\tfold\tlibrary\tmodel\ticon\tname\tgroup\n", *catalogue = "";
    size_t n = make_png(png, sizeof png, 64, 64, colour);
    kd_error_clear();
    folder_empty();
    pack_begin(&zip, true);
    for (int i = 0; i < 32; i++) {
        const char *name = i % 2 ? called : "Bed";
        manifest =
            kdi_format(arena, "%s%s\t%d\tL.sh3f\t/l/m%d.obj\t/l/m%d.png\t%s\tg%d\n", manifest,
                       i % 2 ? "chair" : "bed", i / 2 % 4, i, i, i % 2 ? "Chair" : "Bed", i);
        catalogue = kdi_format(arena, "%smodel#%d=/l/m%d.obj\nname#%d=%s\ncreator#%d=Andr\xe9\n",
                               catalogue, i + 1, i, i + 1, name, i + 1);
        pack_text(&zip, kdi_format(arena, "l/m%d.obj", i),
                  kdi_format(arena, "v 0 0 0\nv %d 0 0\nv 0 2 0\nf 1 2 3\n", i + 1));
        pack_file(&zip, kdi_format(arena, "l/m%d.png", i), png, n);
    }
    pack_text(&zip, "PluginFurnitureCatalog.properties", catalogue);
    pack_end(&zip);
    pack_begin(&pack, false);
    pack_file(&pack, "./usr/share/sweethome3d/furniture/L.sh3f", zip.data, zip.size);
    pack_end(&pack);
    pack_deb(&pack, in_folder("x.deb"));
    put_manifest(manifest);
}

TEST("a library in a package gives clouds, pictures and names, and a fold is test")
{
    kd_value *sum;
    small_sh3d("Chair");
    CHECK_INT(kdi_call_data_make(making("sh3d18", in_folder("x.deb")), arena, &sum), KD_OK);
    for (int fold = 0; fold < 4; fold++) {
        CHECK_INT(open_set("sh3d18", "fold", fold), KD_OK);
        CHECK_INT(data->part[KD_TEST].n, 8);
        CHECK_INT(data->part[KD_TRAIN].n + data->part[KD_VALIDATION].n, 24);
        const kd_samples *test = &data->set.test;
        CHECK_INT(test->pixel[0], 10);
        CHECK_INT(test->pixel[1], 200);
        CHECK(memcmp(test->text + test->at[0], "Bed", 3) == 0);
        CHECK(memcmp(test->text + test->at[1], "Chair", 5) == 0);
        CHECK_INT(test->label[1], 1);
        kdi_data_close(data);
    }
}

TEST("a catalogue that calls a piece otherwise is refused")
{
    kd_value *sum;
    small_sh3d("Stool");
    CHECK_INT(kdi_call_data_make(making("sh3d18", in_folder("x.deb")), arena, &sum), KD_E_DATA);
    CHECK_HAS(kd_error_message(), "calls /l/m1.obj 'Stool', should be 'Chair'");
    kd_error_clear();
}

int main(void)
{
    arena = kdi_arena_new("test");
    folder_make();
    int failed = _cmocka_run_group_tests(__FILE__, kdi_test, kdi_ntest, NULL, NULL);
    folder_remove();
    kdi_arena_free(arena);
    return failed;
}
