/* Members of Debian packages and zip files, with libarchive. A package is a tar in an ar: what is
 * not wanted is decompressed and forgotten, and nothing is written anywhere. */
#include "data/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 1 << 16, FIRST_ROOM = 1 << 16 };

/* ---- what is wanted --------------------------------------------------------------- */

typedef struct {
    const kdi_unpack *u;
    const char *path;   /* of the archive, for messages */
    const char **order; /* names, sorted: each points into u->name's texts */
    int64_t *which;     /* place in u->name */
    bool *taken;
    int64_t ntaken;
    double size; /* of the archive; progress is measured by it */
    struct archive *outer;
    kdi_arena *arena, *scratch;
} job;

typedef struct {
    const char *name;
    int64_t i;
} card;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const card *)a)->name, ((const card *)b)->name);
}

static void begin(job *j, const kdi_unpack *u, const char *path)
{
    kdi_arena *a = kdi_arena_new("unpack");
    card *c = kdi_alloc(a, (size_t)u->n * sizeof *c);
    *j = (job){ .u = u, .path = path, .arena = a, .scratch = kdi_arena_new("member") };
    j->order = kdi_alloc(a, (size_t)u->n * sizeof *j->order);
    j->which = kdi_alloc(a, (size_t)u->n * sizeof *j->which);
    j->taken = kdi_alloc0(a, (size_t)u->n * sizeof *j->taken);
    for (int64_t i = 0; i < u->n; i++)
        c[i] = (card){ u->name[i], i };
    qsort(c, (size_t)u->n, sizeof *c, by_name);
    for (int64_t i = 0; i < u->n; i++) {
        j->order[i] = c[i].name;
        j->which[i] = c[i].i;
    }
}

static int finish(job *j, int code)
{
    for (int64_t i = 0; code == KD_OK && i < j->u->n; i++)
        if (!j->taken[i])
            code = kd_error(KD_E_DATA, "%s: has no %s", j->path, j->u->name[i]);
    kdi_arena_free(j->scratch);
    kdi_arena_free(j->arena);
    return code;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, *(const char *const *)b);
}

/* place in u->name, or -1 */
static int64_t wanted(const job *j, const char *name)
{
    const char *const *at = bsearch(name, j->order, (size_t)j->u->n, sizeof *j->order, by_text);
    return at ? j->which[at - (const char *const *)j->order] : -1;
}

/* "./usr/share/x" and "/usr/share/x" are "usr/share/x" */
static const char *plain(const char *name)
{
    if (name && strncmp(name, "./", 2) == 0)
        name += 2;
    while (name && *name == '/')
        name++;
    return name;
}

static int hand_over(job *j, int64_t i, const uint8_t *data, int64_t size)
{
    const kdi_bytes member = { j->u->name[i], data, size };
    if (j->taken[i])
        return kd_error(KD_E_DATA, "%s: has two %s", j->path, member.path);
    j->taken[i] = true;
    j->ntaken++;
    return j->u->take(j->u->user, i, &member, j->scratch);
}

/* ---- archives --------------------------------------------------------------------- */

static int broken(const job *j, struct archive *in)
{
    const char *why = archive_error_string(in);
    return kd_error(KD_E_DATA, "%s: %s (damaged, or cut short?)", j->path,
                    why ? why : "cannot be unpacked");
}

/* grows with what really comes out */
static int read_member(job *j, struct archive *in, const char *name, const uint8_t **data,
                       int64_t *size)
{
    int64_t room = FIRST_ROOM;
    uint8_t *to = kdi_alloc(j->scratch, (size_t)room);
    for (*size = 0;;) {
        la_ssize_t n = archive_read_data(in, to + *size, (size_t)(room - *size));
        if (n < 0)
            return broken(j, in);
        *size += n;
        if (*size > j->u->limit)
            return kd_error(KD_E_DATA, "%s: %s has more than %lld bytes", j->path, name,
                            (long long)j->u->limit);
        *data = to;
        if (n == 0)
            return KD_OK;
        if (*size == room) {
            uint8_t *wider = kdi_alloc(j->scratch, 2 * (size_t)room);
            memcpy(wider, to, (size_t)room);
            to = wider;
            room *= 2;
        }
    }
}

static int take_entry(job *j, struct archive *in, struct archive_entry *entry)
{
    const char *name = plain(archive_entry_pathname(entry));
    int64_t i = name ? wanted(j, name) : -1, size = 0;
    const uint8_t *data = NULL;
    if (i < 0)
        return KD_OK;
    if (archive_entry_filetype(entry) != AE_IFREG)
        return kd_error(KD_E_DATA, "%s: %s is not a regular file", j->path, name);
    kdi_arena_reset(j->scratch);
    KD_TRY(read_member(j, in, j->u->name[i], &data, &size));
    return hand_over(j, i, data, size);
}

/* the rest is not read once everything was found: for tars, that saves decompressing it */
static int take_entries(job *j, struct archive *in)
{
    struct archive_entry *entry;
    while (j->ntaken < j->u->n) {
        int code = archive_read_next_header(in, &entry);
        if (code == ARCHIVE_EOF)
            return KD_OK;
        if (code < ARCHIVE_WARN)
            return broken(j, in);
        if (j->u->progress && j->size > 0)
            j->u->progress(j->u->watcher, (double)archive_filter_bytes(j->outer, -1) / j->size);
        KD_TRY(take_entry(j, in, entry));
    }
    return KD_OK;
}

/* ---- Debian packages ----------------------------------------------------------------- */

/* the tar's reader asks for more of what is in the ar's member */
static la_ssize_t more(struct archive *in, void *user, const void **block)
{
    const job *j = user;
    size_t size = 0;
    la_int64_t at;
    int code = archive_read_data_block(j->outer, block, &size, &at);
    if (code == ARCHIVE_EOF)
        return 0;
    if (code < ARCHIVE_WARN) {
        archive_set_error(in, archive_errno(j->outer), "%s", archive_error_string(j->outer));
        return -1;
    }
    return (la_ssize_t)size;
}

static int take_tar(job *j)
{
    struct archive *tar = archive_read_new();
    archive_read_support_format_tar(tar);
    archive_read_support_filter_xz(tar);
    archive_read_support_filter_gzip(tar);
    archive_read_support_filter_zstd(tar);
    int code = archive_read_open(tar, j, NULL, more, NULL) == ARCHIVE_OK ? take_entries(j, tar)
                                                                         : broken(j, tar);
    archive_read_free(tar);
    return code;
}

static int take_package(job *j)
{
    struct archive_entry *entry;
    int code;
    while ((code = archive_read_next_header(j->outer, &entry)) != ARCHIVE_EOF) {
        if (code < ARCHIVE_WARN)
            return broken(j, j->outer);
        const char *name = archive_entry_pathname(entry);
        if (name && strncmp(name, "data.tar", 8) == 0)
            return take_tar(j);
    }
    return kd_error(KD_E_DATA, "%s: has no data.tar: is it a Debian package?", j->path);
}

int kdi_unpack_deb(const kdi_unpack *u, const char *path)
{
    job j;
    struct stat info;
    begin(&j, u, path);
    j.size = stat(path, &info) == 0 ? (double)info.st_size : 0;
    j.outer = archive_read_new();
    archive_read_support_format_ar(j.outer);
    int code = archive_read_open_filename(j.outer, path, BLOCK) == ARCHIVE_OK ? take_package(&j)
                                                                              : broken(&j, j.outer);
    archive_read_free(j.outer);
    return finish(&j, code);
}

/* ---- zip in memory -------------------------------------------------------------------- */

int kdi_unpack_zip(const kdi_unpack *u, const kdi_bytes *zip)
{
    job j;
    begin(&j, u, zip->path);
    struct archive *in = archive_read_new();
    archive_read_support_format_zip_seekable(in);
    int code = archive_read_open_memory(in, zip->data, (size_t)zip->size) == ARCHIVE_OK
                   ? take_entries(&j, in)
                   : broken(&j, in);
    archive_read_free(in);
    return finish(&j, code);
}

/* ---- a folder ------------------------------------------------------------------------- */

static int take_file(job *j, const char *folder, int64_t i)
{
    const uint8_t *data = NULL;
    int64_t size;
    kdi_arena_reset(j->scratch);
    const char *path = kdi_format(j->arena, "%s/%s", folder, j->u->name[i]);
    KD_TRY(kdi_read_file(j->scratch, path, j->u->limit, &data, &size));
    if (j->u->progress)
        j->u->progress(j->u->watcher, (double)i / (double)j->u->n);
    return hand_over(j, i, data, size);
}

int kdi_unpack_folder(const kdi_unpack *u, const char *folder)
{
    job j;
    int code = KD_OK;
    begin(&j, u, folder);
    for (int64_t i = 0; code == KD_OK && i < u->n; i++)
        code = take_file(&j, folder, i);
    return finish(&j, code);
}
