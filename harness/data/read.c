/* Files of a data set as bytes in memory. Nothing is allocated by what a header claims: plain files
 * take their own size, gzip grows with what really comes out. */
#include "data/read.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { GZIP_BEST = 1032 }; /* deflate cannot do better than 1032:1 */

bool kdi_is_gzip(const uint8_t *data, int64_t size)
{
    return size >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

/* ---- gzip ---------------------------------------------------------------------- */

typedef struct {
    kdi_arena *arena;
    uint8_t *at;
    size_t size, room, most; /* most: one more than the limit */
} output;

/* gzip ends with its size modulo 2^32: a first guess, believed only where it is possible */
static size_t guess(const uint8_t *in, int64_t n, size_t most)
{
    size_t said = 0, packed = (size_t)n;
    for (size_t i = 1; i <= 4 && packed >= 18; i++)
        said = said << 8 | in[packed - i];
    size_t room = said <= packed * GZIP_BEST ? said + 1 : 4 * packed;
    return room < most ? room : most;
}

static bool widen(output *o)
{
    if (o->room >= o->most)
        return false;
    size_t room = 2 * o->room + 1024;
    room = room < o->most ? room : o->most;
    uint8_t *at = kdi_alloc(o->arena, room);
    memcpy(at, o->at, o->size);
    o->at = at;
    o->room = room;
    return true;
}

static int unpack(z_stream *z, output *o, const char *path)
{
    for (;;) {
        if (o->size == o->room && !widen(o))
            return kd_error(KD_E_DATA, "%s: decompresses to more than %zu bytes", path,
                            o->most - 1);
        z->next_out = o->at + o->size;
        z->avail_out = (uInt)(o->room - o->size);
        int code = inflate(z, Z_NO_FLUSH);
        o->size = o->room - z->avail_out;
        if (code == Z_BUF_ERROR || (code == Z_OK && z->avail_in == 0 && z->avail_out > 0))
            return kd_error(KD_E_DATA, "%s: ends in the middle of its gzip stream (truncated?)",
                            path);
        if (code == Z_OK)
            continue;
        if (code != Z_STREAM_END)
            return kd_error(KD_E_DATA, "%s: its gzip stream is corrupt: %s", path,
                            z->msg ? z->msg : "it wants a dictionary");
        if (z->avail_in == 0)
            return KD_OK;
        if (!kdi_is_gzip(z->next_in, z->avail_in))
            return kd_error(KD_E_DATA, "%s: %u bytes after the end of its gzip stream, should be 0",
                            path, z->avail_in);
        inflateReset(z);
    }
}

int kdi_gunzip(kdi_arena *a, const char *path, const uint8_t *in, int64_t n, int64_t limit,
               const uint8_t **data, int64_t *size)
{
    KD_ASSERT(limit >= 0 && limit < UINT_MAX);
    if (n > UINT_MAX)
        return kd_error(KD_E_DATA, "%s: has %lld bytes, at most %u can be read", path, (long long)n,
                        UINT_MAX);
    kdi_arena *scratch = kdi_arena_new("gunzip");
    output o = { .arena = scratch, .most = (size_t)limit + 1 };
    o.room = guess(in, n, o.most);
    o.at = kdi_alloc(scratch, o.room);
    z_stream z = { .next_in = (Bytef *)in, .avail_in = (uInt)n };
    int code = KD_OK;
    if (inflateInit2(&z, 15 + 16) != Z_OK)
        code = kd_error(KD_E_SYSTEM, "%s: cannot start zlib", path);
    else
        code = unpack(&z, &o, path);
    if (code == KD_OK && o.size > (size_t)limit)
        code =
            kd_error(KD_E_DATA, "%s: decompresses to more than %lld bytes", path, (long long)limit);
    if (code == KD_OK) {
        *data = memcpy(kdi_alloc(a, o.size + 1), o.at, o.size);
        *size = (int64_t)o.size;
    }
    inflateEnd(&z);
    kdi_arena_free(scratch);
    return code;
}

/* ---- files --------------------------------------------------------------------- */

static int slurp(FILE *in, kdi_arena *a, const char *path, int64_t limit, const uint8_t **data,
                 int64_t *size)
{
    struct stat info;
    if (fstat(fileno(in), &info) != 0 || !S_ISREG(info.st_mode))
        return kd_error(KD_E_FILE, "%s: not a regular file", path);
    if (info.st_size > limit)
        return kd_error(KD_E_DATA, "%s: has %lld bytes, should have at most %lld", path,
                        (long long)info.st_size, (long long)limit);
    uint8_t *at = kdi_alloc(a, (size_t)info.st_size + 1);
    size_t n = fread(at, 1, (size_t)info.st_size, in);
    if (ferror(in) || n != (size_t)info.st_size)
        return kd_error(KD_E_FILE, "%s: read %zu of %lld bytes: %s", path, n,
                        (long long)info.st_size, ferror(in) ? strerror(errno) : "it shrank");
    *data = at;
    *size = (int64_t)n;
    return KD_OK;
}

int kdi_read_file(kdi_arena *a, const char *path, int64_t limit, const uint8_t **data,
                  int64_t *size)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return kd_error(KD_E_FILE, "cannot open %s: %s", path, strerror(errno));
    uint8_t first[2];
    bool gzip = fread(first, 1, 2, in) == 2 && kdi_is_gzip(first, 2);
    rewind(in);
    kdi_arena *packed = gzip ? kdi_arena_new("packed") : a;
    int code = slurp(in, packed, path, limit, data, size);
    fclose(in);
    if (gzip) {
        if (code == KD_OK)
            code = kdi_gunzip(a, path, *data, *size, limit, data, size);
        kdi_arena_free(packed);
    }
    return code;
}

static bool is_there(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

bool kd_dataset_has(kd_dataset *d, const char *file)
{
    const char *path = kdi_format(d->arena, "%s/%s", d->folder, file);
    return is_there(path) || is_there(kdi_format(d->arena, "%s.gz", path));
}

int kdi_dataset_path(kd_dataset *d, const char *file, const char **path)
{
    *path = kdi_format(d->arena, "%s/%s", d->folder, file);
    const char *packed = kdi_format(d->arena, "%s.gz", *path);
    if (is_there(*path))
        return KD_OK;
    if (!is_there(packed))
        return kd_error(KD_E_FILE, "%s is missing (neither it nor %s.gz is there)", *path, file);
    *path = packed;
    return KD_OK;
}

int kd_dataset_read(kd_dataset *d, const char *file, int64_t limit, const uint8_t **data,
                    int64_t *size, const char **path)
{
    const char *found;
    KD_TRY(kdi_dataset_path(d, file, &found));
    if (path)
        *path = found;
    return kdi_read_file(d->arena, found, limit, data, size);
}

void *kd_dataset_alloc(kd_dataset *d, size_t size)
{
    return kdi_alloc0(d->arena, size);
}

int kd_dataset_labels(kd_dataset *d, const char *path, const uint8_t *byte, int64_t n,
                      int64_t stride, int64_t classes, const int64_t **label)
{
    int64_t *out = kdi_alloc(d->arena, (size_t)n * sizeof *out);
    for (int64_t i = 0; i < n; i++) {
        out[i] = byte[i * stride];
        if (out[i] >= classes)
            return kd_error(KD_E_DATA, "%s: label %lld of image %lld, should be 0..%lld", path,
                            (long long)out[i], (long long)i, (long long)classes - 1);
    }
    *label = out;
    return KD_OK;
}
