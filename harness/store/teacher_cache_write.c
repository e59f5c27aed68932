/* Writing a teacher cache: rows in any order, each once, with its CRC-32. */
#include "store/teacher_cache.h"
#include "store/cache.h"
#include "store/store.h"
#include "store/tree.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include "base/system.h"

typedef struct column {
    const char *name;
    kdi_leaf leaf; /* all rows */
    kdi_h5 dataset;
    int64_t *crc;
    uint8_t *seen;
} column;

struct kdi_cache_writer {
    kdi_arena *arena;
    const char *path, *part;
    kdi_h5 file;
    int64_t nsamples;
    int ncolumn;
    column *column;
};

int64_t kdi_row_crc(const void *row, int64_t bytes)
{
    return (int64_t)crc32_z(0, row, (size_t)bytes);
}

static int new_column(kdi_cache_writer *w, kdi_h5 rows, const kdi_cache_column *spec, column *c)
{
    if (spec->row.n >= KD_MAX_DIM || kd_shape_numel(spec->row) <= 0)
        return kd_error(KD_E_USAGE, "%s: rows of '%s' are %s", w->path, spec->name,
                        kd_shape_text(spec->row));
    int64_t d[KD_MAX_DIM] = { w->nsamples };
    memcpy(d + 1, spec->row.d, (size_t)spec->row.n * sizeof *d);
    c->name = kdi_strdup(w->arena, spec->name);
    c->leaf = (kdi_leaf){ .type = KD_FREAL,
                          .width = sizeof(kd_real),
                          .shape = kd_shape_of_n(spec->row.n + 1, d) };
    c->crc = kdi_alloc0(w->arena, (size_t)w->nsamples * sizeof *c->crc);
    c->seen = kdi_alloc0(w->arena, (size_t)w->nsamples);
    return kdi_h5_put_data(rows, c->name, &c->leaf, false, &c->dataset);
}

static int write_head(kdi_cache_writer *w, const kd_value *key)
{
    kd_value *head = kd_map(w->arena);
    kd_set_int(head, "cache_version", KDI_CACHE_VERSION);
    kd_set_int(head, "samples", w->nsamples);
    kd_set(head, "key", (kd_value *)key);
    return kdi_tree_put(w->file, head, false, w->arena);
}

static int start(kdi_cache_writer *w, const kd_value *key, const kdi_cache_column *spec)
{
    kdi_h5 rows;
    KD_TRY(kdi_h5_create(w->part, KDI_SEAL_SIZE, &w->file));
    KD_TRY(write_head(w, key));
    KD_TRY(kdi_h5_group_new(w->file, "rows", &rows));
    for (int i = 0; i < w->ncolumn; i++)
        KD_TRY(new_column(w, rows, &spec[i], &w->column[i]));
    kdi_h5_leave(&rows);
    return KD_OK;
}

int kdi_cache_create(const char *path, const kd_value *key, int64_t nsamples,
                     const kdi_cache_column *spec, int ncolumn, kdi_cache_writer **out)
{
    if (nsamples <= 0 || ncolumn <= 0 || !key || key->kind != KD_V_MAP)
        return kd_error(KD_E_USAGE, "%s: a teacher cache needs a key, samples and columns", path);
    kdi_arena *a = kdi_arena_new("cache writer");
    kdi_cache_writer *w = kdi_alloc0(a, sizeof *w);
    w->arena = a;
    w->path = kdi_strdup(a, path);
    w->part = kdi_format(a, "%s.part", path);
    w->nsamples = nsamples;
    w->ncolumn = ncolumn;
    w->column = kdi_alloc0(a, (size_t)ncolumn * sizeof *w->column);
    int code = start(w, key, spec);
    if (code != KD_OK)
        kdi_cache_abandon(w);
    else
        *out = w;
    return code;
}

static column *find(kdi_cache_writer *w, const char *name)
{
    for (int i = 0; i < w->ncolumn; i++)
        if (strcmp(w->column[i].name, name) == 0)
            return &w->column[i];
    return NULL;
}

int kdi_cache_put(kdi_cache_writer *w, int64_t first, int64_t n, const char *name,
                  const kd_real *rows)
{
    column *c = find(w, name);
    if (!c)
        return kd_error(KD_E_USAGE, "%s has no column '%s'", w->path, name);
    if (first < 0 || n <= 0 || first > w->nsamples - n)
        return kd_error(KD_E_USAGE, "%s: rows %lld to %lld of %lld", w->path, (long long)first,
                        (long long)(first + n), (long long)w->nsamples);
    int64_t width = kd_shape_numel(c->leaf.shape) / w->nsamples;
    for (int64_t i = 0; i < n; i++) {
        if (c->seen[first + i]++)
            return kd_error(KD_E_USAGE, "%s: row %lld of '%s' is written twice", w->path,
                            (long long)(first + i), name);
        c->crc[first + i] = kdi_row_crc(rows + i * width, width * (int64_t)sizeof *rows);
    }
    return kdi_h5_put_rows(c->dataset, &c->leaf, first, n, rows);
}

static int write_sums(kdi_cache_writer *w)
{
    kdi_h5 group;
    KD_TRY(kdi_h5_group_new(w->file, "crc32", &group));
    for (int i = 0; i < w->ncolumn; i++) {
        column *c = &w->column[i];
        const uint8_t *missing = memchr(c->seen, 0, (size_t)w->nsamples);
        if (missing)
            return kd_error(KD_E_USAGE, "%s: row %lld of '%s' was never written", w->path,
                            (long long)(missing - c->seen), c->name);
        kdi_leaf sums = {
            .type = KD_I64, .width = 8, .shape = KD_SHAPE(w->nsamples), .data = c->crc
        };
        KD_TRY(kdi_h5_put_data(group, c->name, &sums, false, NULL));
    }
    kdi_h5_leave(&group);
    return KD_OK;
}

static int finish(kdi_cache_writer *w)
{
    KD_TRY(write_sums(w));
    KD_TRY(kdi_h5_close(&w->file));
    KD_TRY(kdi_seal(w->part));
    return kdi_commit_part(w->path);
}

int kdi_cache_finish(kdi_cache_writer *w)
{
    int code = finish(w);
    if (code != KD_OK)
        kdi_cache_abandon(w);
    else
        kdi_arena_free(w->arena);
    return code;
}

void kdi_cache_abandon(kdi_cache_writer *w)
{
    kdi_h5_close(&w->file);
    remove(w->part);
    kdi_arena_free(w->arena);
}
