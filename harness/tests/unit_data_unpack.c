/* Members of packages and zip files; tables, properties and pictures in them; what is refused. */
#include "data_files.h"
#include "package_files.h"
#include "data/picture.h"
#include "data/properties.h"
#include "data/table.h"
#include "data/unpack.h"

static kdi_arena *arena;
static packed pack;

/* what came of the wanted members */
typedef struct {
    char text[4][64];
    int times[4];
} taken;

static int take(void *user, int64_t i, const kdi_bytes *member, kdi_arena *scratch)
{
    taken *t = user;
    (void)scratch;
    snprintf(t->text[i], sizeof t->text[i], "%.*s", (int)member->size, (const char *)member->data);
    t->times[i]++;
    return KD_OK;
}

static const char *const names[] = { "usr/share/b.txt", "usr/share/a.txt" };
static taken found;

static kdi_unpack wanted(void)
{
    kd_error_clear();
    memset(&found, 0, sizeof found);
    return (kdi_unpack){ .name = names, .n = 2, .limit = 50, .take = take, .user = &found };
}

/* a package with the two, and `more` */
static void make_deb(const char *more, const char *text)
{
    pack_begin(&pack, false);
    pack_text(&pack, "./usr/share/a.txt", "first");
    pack_text(&pack, "./usr/share/unwanted.txt", "nothing");
    pack_text(&pack, "./usr/share/b.txt", "second");
    if (more)
        pack_text(&pack, more, text);
    pack_end(&pack);
    pack_deb(&pack, in_folder("x.deb"));
}

static int unpack_deb(void)
{
    kdi_unpack u = wanted();
    return kdi_unpack_deb(&u, in_folder("x.deb"));
}

static void refused(int code, const char *a, const char *b)
{
    CHECK_INT(code, KD_E_DATA);
    CHECK_HAS(kd_error_message(), a);
    CHECK_HAS(kd_error_message(), b);
    kd_error_clear();
}

TEST("wanted members of a package come once each, under their place in the list")
{
    make_deb(NULL, NULL);
    CHECK_INT(unpack_deb(), KD_OK);
    CHECK_TEXT(found.text[0], "second");
    CHECK_TEXT(found.text[1], "first");
    CHECK_INT(found.times[0], 1);
    CHECK_INT(found.times[1], 1);
}

TEST("a package without one of them, or with a link in its place, is refused by name")
{
    pack_begin(&pack, false);
    pack_text(&pack, "usr/share/a.txt", "first");
    pack_end(&pack);
    pack_deb(&pack, in_folder("x.deb"));
    refused(unpack_deb(), "x.deb", "has no usr/share/b.txt");
    pack_begin(&pack, false);
    pack_entry(&pack, "usr/share/a.txt", NULL, 0, AE_IFLNK);
    pack_end(&pack);
    pack_deb(&pack, in_folder("x.deb"));
    refused(unpack_deb(), "usr/share/a.txt", "not a regular file");
}

TEST("two members of one name, and one beyond the limit, are refused")
{
    pack_begin(&pack, false);
    pack_text(&pack, "usr/share/a.txt", "first");
    pack_text(&pack, "./usr/share/a.txt", "again");
    pack_end(&pack);
    pack_deb(&pack, in_folder("x.deb"));
    refused(unpack_deb(), "x.deb", "has two usr/share/a.txt");
    pack_begin(&pack, false);
    pack_text(&pack, "usr/share/a.txt", "012345678901234567890123456789012345678901234567890");
    pack_end(&pack);
    pack_deb(&pack, in_folder("x.deb"));
    refused(unpack_deb(), "usr/share/a.txt", "more than 50 bytes");
}

TEST("a package that is cut short, or is none, says so")
{
    static unsigned char bytes[PACKAGE_ROOM];
    make_deb(NULL, NULL);
    size_t n = get_file("x.deb", bytes, sizeof bytes);
    put_file("x.deb", bytes, n - 60);
    refused(unpack_deb(), "x.deb", "cut short");
    put_file("x.deb", "!<arch>\n", 8);
    refused(unpack_deb(), "x.deb", "no data.tar: is it a Debian package?");
    put_file("x.deb", "hello, this is a text and no package", 36);
    refused(unpack_deb(), "x.deb", "damaged");
    unlink(in_folder("x.deb"));
    CHECK(unpack_deb() != KD_OK);
    CHECK_HAS(kd_error_message(), "x.deb");
    kd_error_clear();
}

static int stop_at_b(void *user, int64_t i, const kdi_bytes *member, kdi_arena *scratch)
{
    (void)user;
    (void)scratch;
    return i == 0 ? kd_error(KD_E_DATA, "%s: no good", member->path) : KD_OK;
}

TEST("what the taker says of a member ends it")
{
    make_deb(NULL, NULL);
    kdi_unpack u = wanted();
    u.take = stop_at_b;
    refused(kdi_unpack_deb(&u, in_folder("x.deb")), "usr/share/b.txt", "no good");
}

TEST("a zip in memory and a folder give the same")
{
    pack_begin(&pack, true);
    pack_text(&pack, "usr/share/a.txt", "first");
    pack_text(&pack, "usr/share/c.txt", "nothing");
    pack_text(&pack, "usr/share/b.txt", "second");
    pack_end(&pack);
    kdi_unpack u = wanted();
    kdi_bytes zip = { "x.zip", pack.data, (int64_t)pack.size };
    CHECK_INT(kdi_unpack_zip(&u, &zip), KD_OK);
    CHECK_TEXT(found.text[0], "second");
    CHECK_TEXT(found.text[1], "first");
    static const char *const plain[] = { "b.txt", "a.txt" };
    put_file("a.txt", "first", 5);
    put_file("b.txt", "second", 6);
    u = wanted();
    u.name = plain;
    CHECK_INT(kdi_unpack_folder(&u, folder), KD_OK);
    CHECK_TEXT(found.text[0], "second");
    CHECK_TEXT(found.text[1], "first");
    unlink(in_folder("a.txt"));
    CHECK_INT(kdi_unpack_folder(&u, folder), KD_E_FILE);
    CHECK_HAS(kd_error_message(), "a.txt");
    zip.size = 40;
    u = wanted();
    refused(kdi_unpack_zip(&u, &zip), "x.zip", "cut short");
}

/* ---- pictures ------------------------------------------------------------------------- */

TEST("what is transparent is white, and any size becomes the wanted one")
{
    static uint8_t png[PACKAGE_ROOM], to[32 * 32 * 3];
    static const uint8_t half[] = { 200, 100, 0, 51 }; /* a fifth */
    static const unsigned sizes[][2] = { { 128, 128 }, { 100, 70 }, { 20, 33 }, { 1, 1 } };
    for (int s = 0; s < 4; s++) {
        size_t n = make_png(png, sizeof png, sizes[s][0], sizes[s][1], half);
        kdi_bytes file = { "x.png", png, (int64_t)n };
        CHECK_INT(kdi_png_read(&file, 32, to), KD_OK);
        for (int i = 0; i < 32 * 32; i++) {
            CHECK_INT(to[3 * i], 244);     /* 200/5 + 255*4/5 */
            CHECK_INT(to[3 * i + 1], 224); /* 100/5 + 204 */
            CHECK_INT(to[3 * i + 2], 204);
        }
    }
}

TEST("a PNG that is cut short, or is none, is refused")
{
    static uint8_t png[PACKAGE_ROOM], to[32 * 32 * 3];
    static const uint8_t red[] = { 255, 0, 0, 255 };
    size_t n = make_png(png, sizeof png, 64, 64, red);
    kdi_bytes file = { "x.png", png, (int64_t)n - 30 };
    refused(kdi_png_read(&file, 32, to), "x.png", "PNG");
    file.size = 20;
    refused(kdi_png_read(&file, 32, to), "x.png", "PNG");
    file = (kdi_bytes){ "x.png", (const uint8_t *)"GIF89a, really", 14 };
    refused(kdi_png_read(&file, 32, to), "x.png", "not a PNG");
}

/* ---- texts ----------------------------------------------------------------------------- */

static kdi_bytes bytes_of(const char *text)
{
    return (kdi_bytes){ "x.txt", (const uint8_t *)text, (int64_t)strlen(text) };
}

TEST("properties: comments, either sign, continued lines, escapes, Latin-1")
{
    kdi_properties p;
    kdi_bytes file =
        bytes_of("# no=thing\n! no=thing\nname#1=Bed\r\n  name#2 : \\u00e9t\\u00E9\n"
                 "long=one \\\n   two\nlatin=caf\xe9\nempty=\nkey\\ with\\=x=a=b\nwide=\\u4e2d");
    CHECK_INT(kdi_properties_parse(arena, &file, &p), KD_OK);
    CHECK_TEXT(kdi_property(&p, "name#1"), "Bed");
    CHECK_TEXT(kdi_property(&p, "name#2"), "\xc3\xa9t\xc3\xa9");
    CHECK_TEXT(kdi_property(&p, "long"), "one two");
    CHECK_TEXT(kdi_property(&p, "latin"), "caf\xc3\xa9");
    CHECK_TEXT(kdi_property(&p, "empty"), "");
    CHECK_TEXT(kdi_property(&p, "key with=x"), "a=b");
    CHECK_TEXT(kdi_property(&p, "wide"), "\xe4\xb8\xad");
    CHECK(kdi_property(&p, "no") == NULL);
    CHECK_INT(p.n, 7);
    file = bytes_of("a=\\u12");
    refused(kdi_properties_parse(arena, &file, &p), "x.txt", "hexadecimal");
    file = (kdi_bytes){ "x.txt", (const uint8_t *)"a=\0b", 4 };
    refused(kdi_properties_parse(arena, &file, &p), "x.txt", "byte 0");
}

TEST("a table has as many fields in each line as names in the first")
{
    kdi_table t;
    const char *const *column;
    kdi_bytes file = bytes_of("class\tpath\nbed\ta b\nsofa\t\n");
    CHECK_INT(kdi_table_parse(arena, &file, &t), KD_OK);
    CHECK_INT(t.rows, 2);
    CHECK_INT(kdi_table_column(arena, &t, "path", &column), KD_OK);
    CHECK_TEXT(column[0], "a b");
    CHECK_TEXT(column[1], "");
    refused(kdi_table_column(arena, &t, "size", &column), "x.txt", "no column 'size'");
    file = bytes_of("class\tpath\nbed\ta\nsofa\n");
    refused(kdi_table_parse(arena, &file, &t), "x.txt:3", "1 fields, should be 2");
    file = bytes_of("class\nbed\ta\n");
    refused(kdi_table_parse(arena, &file, &t), "x.txt:2", "2 fields, should be 1");
    file = (kdi_bytes){ "x.txt", (const uint8_t *)"a\0b", 3 };
    refused(kdi_table_parse(arena, &file, &t), "x.txt", "byte 1 is a zero");
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
