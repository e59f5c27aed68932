/* Writing a teacher cache: the rows of each column in order, with a CRC-32 for every chunk. */
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
    int64_t width, chunk; /* reals of a row; rows of a chunk */
    int64_t done;         /* rows so far */
    int64_t *crc, nchunk;
} column;

struct kdi_cache_writer {
    kdi_arena *arena;
    const char *path, *part;
    kdi_h5 file;
    int64_t nrows;
    int ncolumn;
    column *column;
};

int64_t kdi_cache_rows_a_chunk(int64_t row_bytes)
{
    return row_bytes < KDI_CACHE_CHUNK ? KDI_CACHE_CHUNK / row_bytes : 1;
}

int64_t kdi_cache_crc(int64_t before, const void *bytes, int64_t n)
{
    return (int64_t)crc32_z((uLong)before, bytes, (size_t)n);
}

/* ---- beginning ------------------------------------------------------------------------ */

static int new_column(kdi_cache_writer *w, kdi_h5 rows, const kdi_cache_column *spec, column *c)
{
    if (spec->row.n >= KD_MAX_DIM || kd_shape_numel(spec->row) <= 0)
        return kd_error(KD_E_USAGE, "%s: rows of '%s' are %s", w->path, spec->name,
                        kd_shape_text(spec->row));
    int64_t d[KD_MAX_DIM] = { w->nrows };
    memcpy(d + 1, spec->row.d, (size_t)spec->row.n * sizeof *d);
    c->name = kdi_strdup(w->arena, spec->name);
    c->width = kd_shape_numel(spec->row);
    c->chunk = kdi_cache_rows_a_chunk(c->width * (int64_t)sizeof(kd_real));
    c->nchunk = (w->nrows + c->chunk - 1) / c->chunk;
    c->crc = kdi_alloc0(w->arena, (size_t)c->nchunk * sizeof *c->crc);
    c->leaf = (kdi_leaf){ .type = KD_FREAL,
                          .width = sizeof(kd_real),
                          .shape = kd_shape_of_n(spec->row.n + 1, d) };
    return kdi_h5_put_data(rows, c->name, &c->leaf, false, &c->dataset);
}

static int write_head(kdi_cache_writer *w, const kd_value *key, const kd_value *about)
{
    kd_value *head = kd_map(w->arena);
    kd_set_int(head, "cache_version", KDI_CACHE_VERSION);
    kd_set_int(head, "count", w->nrows);
    kd_set(head, "key", (kd_value *)key);
    kd_set(head, "about", about ? (kd_value *)about : kd_map(w->arena));
    return kdi_tree_put(w->file, head, false, w->arena);
}

static int start(kdi_cache_writer *w, const kd_value *key, const kd_value *about,
                 const kdi_cache_column *spec)
{
    kdi_h5 rows;
    KD_TRY(kdi_h5_create(w->part, KDI_SEAL_SIZE, &w->file));
    KD_TRY(write_head(w, key, about));
    KD_TRY(kdi_h5_group_new(w->file, "rows", &rows));
    for (int i = 0; i < w->ncolumn; i++)
        KD_TRY(new_column(w, rows, &spec[i], &w->column[i]));
    kdi_h5_leave(&rows);
    return KD_OK;
}

int kdi_cache_create(const char *path, const kd_value *key, const kd_value *about, int64_t nrows,
                     const kdi_cache_column *spec, int ncolumn, kdi_cache_writer **out)
{
    if (nrows <= 0 || ncolumn <= 0 || ncolumn > KDI_CACHE_COLUMNS || !key || key->kind != KD_V_MAP)
        return kd_error(KD_E_USAGE,
                        "%s: a teacher cache needs a key, rows, and 1 to %d columns; it has %lld "
                        "rows, %d columns",
                        path, KDI_CACHE_COLUMNS, (long long)nrows, ncolumn);
    kdi_arena *a = kdi_arena_new("cache writer");
    kdi_cache_writer *w = kdi_alloc0(a, sizeof *w);
    w->arena = a;
    w->path = kdi_strdup(a, path);
    w->part = kdi_format(a, "%s.part", path);
    w->nrows = nrows;
    w->ncolumn = ncolumn;
    w->column = kdi_alloc0(a, (size_t)ncolumn * sizeof *w->column);
    int code = start(w, key, about, spec);
    if (code != KD_OK)
        kdi_cache_abandon(w);
    else
        *out = w;
    return code;
}

/* ---- rows ------------------------------------------------------------------------------- */

static column *find(kdi_cache_writer *w, const char *name)
{
    for (int i = 0; i < w->ncolumn; i++)
        if (strcmp(w->column[i].name, name) == 0)
            return &w->column[i];
    return NULL;
}

static void add_sums(column *c, const kd_real *rows, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t *crc = &c->crc[(c->done + i) / c->chunk];
        *crc = kdi_cache_crc(*crc, rows + i * c->width, c->width * (int64_t)sizeof *rows);
    }
}

int kdi_cache_put(kdi_cache_writer *w, const char *name, const kd_real *rows, int64_t n)
{
    column *c = find(w, name);
    if (!c)
        return kd_error(KD_E_USAGE, "%s has no column '%s'", w->path, name);
    if (n <= 0 || n > w->nrows - c->done)
        return kd_error(KD_E_USAGE, "%s: rows %lld to %lld of '%s', which has %lld", w->path,
                        (long long)c->done, (long long)(c->done + n), name, (long long)w->nrows);
    add_sums(c, rows, n);
    int64_t first = c->done;
    c->done += n;
    return kdi_h5_put_rows(c->dataset, &c->leaf, first, n, rows);
}

/* ---- the end ------------------------------------------------------------------------------ */

static int write_sums(kdi_cache_writer *w)
{
    kdi_h5 group;
    KD_TRY(kdi_h5_group_new(w->file, "crc32", &group));
    for (int i = 0; i < w->ncolumn; i++) {
        column *c = &w->column[i];
        if (c->done < w->nrows)
            return kd_error(KD_E_USAGE, "%s: row %lld of '%s' was never written", w->path,
                            (long long)c->done, c->name);
        kdi_leaf sums = {
            .type = KD_I64, .width = 8, .shape = KD_SHAPE(c->nchunk), .data = c->crc
        };
        KD_TRY(kdi_h5_put_data(group, c->name, &sums, false, NULL));
    }
    kdi_h5_leave(&group);
    return KD_OK;
}

/* where the rows are, in order of place */
static int find_ranges(kdi_cache_writer *w, kdi_h5 file, kdi_cache_range *range)
{
    kdi_h5 rows, data;
    KD_TRY(kdi_h5_enter(file, "rows", &rows));
    for (int i = 0; i < w->ncolumn; i++) {
        kdi_cache_range r = { .bytes = kdi_leaf_bytes(&w->column[i].leaf) };
        KD_TRY(kdi_h5_enter(rows, w->column[i].name, &data));
        KD_TRY(kdi_h5_offset(data, &r.at));
        kdi_h5_leave(&data);
        int at = i;
        for (; at > 0 && range[at - 1].at > r.at; at--)
            range[at] = range[at - 1];
        range[at] = r;
    }
    kdi_h5_leave(&rows);
    return KD_OK;
}

static int seal(kdi_cache_writer *w)
{
    kdi_cache_range range[KDI_CACHE_COLUMNS];
    kdi_h5 file;
    KD_TRY(kdi_h5_open(w->part, &file));
    int code = find_ranges(w, file, range);
    kdi_h5_close(&file);
    KD_TRY(code);
    return kdi_cache_seal(w->part, range, w->ncolumn);
}

static int finish(kdi_cache_writer *w)
{
    KD_TRY(write_sums(w));
    KD_TRY(kdi_h5_close(&w->file));
    KD_TRY(seal(w));
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
    if (!w)
        return;
    kdi_h5_close(&w->file);
    remove(w->part);
    kdi_arena_free(w->arena);
}
