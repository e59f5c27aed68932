/* Any bytes as what is in a library of furniture. The first byte says as what: a zip file (z), a
 * Debian package (d), a picture (p), a catalogue (c), a manifest (m). */
#include "data/picture.h"
#include "data/properties.h"
#include "data/table.h"
#include "data/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIDE = 32, LIMIT = 1 << 16 };

static char path[] = "fuzz-XXXXXX"; /* in the folder where we run */

static bool promised(int code)
{
    KD_ASSERT((code == KD_OK) == !kd_failed());
    KD_ASSERT(code == KD_OK || strlen(kd_error_message()) > 0);
    kd_error_clear();
    return code == KD_OK;
}

static int take(void *user, int64_t i, const kdi_bytes *member, kdi_arena *scratch)
{
    (void)scratch;
    int *times = user;
    KD_ASSERT(i >= 0 && i < 2 && member->size >= 0 && member->size <= LIMIT);
    KD_ASSERT(times[i]++ == 0);
    unsigned sum = 0;
    for (int64_t k = 0; k < member->size; k++)
        sum += member->data[k];
    KD_ASSERT(sum < (unsigned)LIMIT * 256);
    return KD_OK;
}

static void remove_file(void)
{
    remove(path);
}

static const char *as_file(const kdi_bytes *b)
{
    static bool made;
    if (!made) {
        int fd = mkstemp(path);
        KD_ASSERT(fd >= 0);
        close(fd);
        atexit(remove_file);
        made = true;
    }
    FILE *out = fopen(path, "wb");
    KD_ASSERT(out && fwrite(b->data, 1, (size_t)b->size, out) == (size_t)b->size);
    fclose(out);
    return path;
}

static void as_archive(const kdi_bytes *b, bool zip)
{
    static const char *const names[] = { "a.obj", "b.png" };
    int times[2] = { 0 };
    const kdi_unpack u = { .name = names, .n = 2, .limit = LIMIT, .take = take, .user = times };
    if (promised(zip ? kdi_unpack_zip(&u, b) : kdi_unpack_deb(&u, as_file(b))))
        KD_ASSERT(times[0] == 1 && times[1] == 1);
}

static void as_catalogue(const kdi_bytes *b, kdi_arena *a)
{
    kdi_properties p;
    if (!promised(kdi_properties_parse(a, b, &p)))
        return;
    for (int64_t i = 0; i < p.n; i++)
        KD_ASSERT(kdi_property(&p, p.key[i]) && strlen(p.value[i]) <= 3 * (size_t)b->size);
    KD_ASSERT(p.n <= b->size);
}

static void as_manifest(const kdi_bytes *b, kdi_arena *a)
{
    kdi_table t;
    const char *const *column;
    if (!promised(kdi_table_parse(a, b, &t)))
        return;
    KD_ASSERT(promised(kdi_table_column(a, &t, t.name[t.columns - 1], &column)));
    for (int64_t i = 0; i < t.rows; i++)
        KD_ASSERT(strlen(column[i]) <= (size_t)b->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t pixel[SIDE * SIDE * 3];
    if (size < 1)
        return 0;
    kdi_arena *a = kdi_arena_new("fuzz");
    kdi_bytes b = { "bytes", data + 1, (int64_t)size - 1 };
    kd_error_clear();
    if (data[0] == 'z' || data[0] == 'd')
        as_archive(&b, data[0] == 'z');
    else if (data[0] == 'p')
        promised(kdi_png_read(&b, SIDE, pixel));
    else if (data[0] == 'c')
        as_catalogue(&b, a);
    else if (data[0] == 'm')
        as_manifest(&b, a);
    kdi_arena_free(a);
    return 0;
}
