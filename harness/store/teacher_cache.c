/* Reading a teacher cache: the head and the key are checked when it is opened, each chunk of rows
 * when it is first touched; the files are mapped. */
#include "store/teacher_cache.h"
#include "store/cache.h"
#include "store/store.h"
#include "store/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 16, ALL_COLUMNS = FILES * KDI_CACHE_COLUMNS };

typedef struct file { /* its path, its length and where it is mapped */
    const char *path;
    const char *map;
    size_t size;
} file;

typedef struct column {
    const char *name;
    const file *in;
    kd_shape row;
    int64_t at, bytes; /* in the file; of a row */
    int64_t chunk;     /* rows of one */
    const int64_t *crc;
    int64_t nchunk;
    uint8_t *checked; /* a chunk each */
} column;

struct kdi_cache {
    kdi_arena *arena;
    const kd_value *wanted; /* NULL: any key */
    int64_t nrows, real_bytes;
    int nfile, ncolumn;
    file file[FILES];
    column column[ALL_COLUMNS];
};

/* ---- the key ---------------------------------------------------------------------- */

static const char *text_of(const kd_value *v, kdi_arena *a)
{
    char hex[KDI_SHA256_HEX];
    if (!v)
        return "missing";
    if (v->kind == KD_V_STRING)
        return v->text;
    if (v->kind == KD_V_INT)
        return kdi_format(a, "%lld", (long long)v->integer);
    if (v->kind == KD_V_NUMBER)
        return kdi_format(a, "%.17g", v->number);
    if (v->kind == KD_V_BOOL)
        return v->yes ? "true" : "false";
    return kdi_tree_sha256(v, hex) == KD_OK ? kdi_format(a, "sha256:%s", hex) : "?";
}

static bool same(const kd_value *x, const kd_value *y)
{
    char hex[2][KDI_SHA256_HEX];
    return x && y && kdi_tree_sha256(x, hex[0]) == KD_OK && kdi_tree_sha256(y, hex[1]) == KD_OK &&
           strcmp(hex[0], hex[1]) == 0;
}

static int compare(const kdi_cache *c, const char *path, const char *name, const kd_value *found,
                   const kd_value *wanted)
{
    if (same(found, wanted))
        return KD_OK;
    return kd_error(KD_E_DATA, "%s is of another key: its %s is %s, wanted %s; " KDI_CACHE_REBUILD,
                    path, name, text_of(found, c->arena), text_of(wanted, c->arena));
}

static int compare_key(const kdi_cache *c, const char *path, const kd_value *found)
{
    const kd_value *wanted = c->wanted;
    for (int64_t i = 0; i < wanted->n; i++)
        if (wanted->item[i]->kind != KD_V_NIL)
            KD_TRY(
                compare(c, path, wanted->key[i], kd_get(found, wanted->key[i]), wanted->item[i]));
    for (int64_t i = 0; i < found->n; i++)
        if (!kd_get(wanted, found->key[i]))
            KD_TRY(compare(c, path, found->key[i], found->item[i], NULL));
    return KD_OK;
}

/* ---- the head ---------------------------------------------------------------------------- */

static int broken(const char *path, const char *name, const char *why)
{
    return kd_error(KD_E_DATA, "%s is no teacher cache that can be used: %s %s; " KDI_CACHE_REBUILD,
                    path, name, why);
}

static int get_int(kdi_cache *c, kdi_h5 h5, const char *name, int64_t *out)
{
    kdi_leaf leaf;
    KD_TRY(kdi_h5_get_attribute(h5, name, c->arena, &leaf));
    if (leaf.type != KD_I64 || leaf.shape.n != 0)
        return broken(h5.file, name, "is not one integer");
    *out = *(int64_t *)leaf.data;
    return KD_OK;
}

static int get_map(kdi_cache *c, kdi_h5 h5, const char *name, kd_value **out)
{
    kdi_h5 group;
    KD_TRY(kdi_h5_enter(h5, name, &group));
    int code = kdi_tree_get(group, c->arena, out);
    kdi_h5_leave(&group);
    KD_TRY(code);
    return (*out)->kind == KD_V_MAP ? KD_OK : broken(h5.file, name, "is not a map");
}

static int read_head(kdi_cache *c, kdi_h5 h5)
{
    int64_t version = 0, count = 0;
    kd_value *key;
    KD_TRY(get_int(c, h5, "cache_version", &version));
    if (version != KDI_CACHE_VERSION)
        return broken(h5.file, "cache_version", "is another one");
    KD_TRY(get_int(c, h5, "count", &count));
    if (count <= 0 || (c->ncolumn && count != c->nrows))
        return broken(h5.file, "count", "is not the number of rows wanted");
    KD_TRY(get_map(c, h5, "key", &key));
    c->nrows = count;
    return c->wanted ? compare_key(c, h5.file, key) : KD_OK;
}

/* ---- its columns --------------------------------------------------------------------------- */

static int check_type(const kdi_cache *c, kdi_h5 h5, const char *name, int type)
{
    if (c->wanted ? type == KD_FREAL : type == KD_F32 || type == KD_F64)
        return KD_OK;
    return broken(h5.file, name,
                  sizeof(kd_real) == 4 ? "does not hold float32, as this build does"
                                       : "does not hold float64, as this build does");
}

static int read_rows(kdi_cache *c, kdi_h5 rows, column *col)
{
    kdi_h5 data;
    kdi_leaf leaf;
    KD_TRY(kdi_h5_enter(rows, col->name, &data));
    if (kdi_h5_is_group(data))
        return broken(rows.file, col->name, "is a group");
    KD_TRY(kdi_h5_describe(data, &leaf));
    KD_TRY(check_type(c, rows, col->name, leaf.type));
    if (leaf.shape.n < 1 || leaf.shape.d[0] != c->nrows)
        return broken(rows.file, col->name, "has another number of rows");
    KD_TRY(kdi_h5_offset(data, &col->at));
    kdi_h5_leave(&data);
    c->real_bytes = leaf.type == KD_F32 ? 4 : 8;
    col->row = kd_shape_of_n(leaf.shape.n - 1, leaf.shape.d + 1);
    col->bytes = kd_shape_numel(col->row) * c->real_bytes;
    if (col->bytes <= 0 || col->at % c->real_bytes)
        return broken(rows.file, col->name, "cannot be mapped");
    return KD_OK;
}

static int read_sums(kdi_cache *c, kdi_h5 sums, column *col)
{
    kdi_h5 crc;
    kdi_leaf leaf;
    col->chunk = kdi_cache_rows_a_chunk(col->bytes);
    col->nchunk = (c->nrows + col->chunk - 1) / col->chunk;
    KD_TRY(kdi_h5_enter(sums, col->name, &crc));
    if (kdi_h5_is_group(crc))
        return broken(sums.file, col->name, "has a group for its sums");
    KD_TRY(kdi_h5_get_data(crc, c->arena, &leaf));
    kdi_h5_leave(&crc);
    if (leaf.type != KD_I64 || leaf.shape.n != 1 || leaf.shape.d[0] != col->nchunk)
        return broken(sums.file, col->name, "has not one sum a chunk");
    col->crc = leaf.data;
    col->checked = kdi_alloc0(c->arena, (size_t)col->nchunk);
    return KD_OK;
}

/* the sealed head leaves out just these ranges: all else was checked */
static int check_range(kdi_h5 h5, const column *col, int64_t nrows, const kdi_cache_range *range,
                       int nrange)
{
    for (int i = 0; i < nrange; i++)
        if (range[i].at == col->at && range[i].bytes == nrows * col->bytes)
            return KD_OK;
    return broken(h5.file, col->name, "is not where the head says");
}

static const column *find(const kdi_cache *c, const char *name)
{
    for (int i = 0; i < c->ncolumn; i++)
        if (strcmp(c->column[i].name, name) == 0)
            return &c->column[i];
    return NULL;
}

static int read_columns(kdi_cache *c, kdi_h5 h5, const kdi_cache_range *range, int nrange)
{
    kdi_h5 rows, sums;
    kdi_names names;
    KD_TRY(kdi_h5_enter(h5, "rows", &rows));
    KD_TRY(kdi_h5_enter(h5, "crc32", &sums));
    if (!kdi_h5_is_group(rows) || !kdi_h5_is_group(sums))
        return broken(h5.file, "rows or crc32", "is not a group");
    KD_TRY(kdi_h5_members(rows, c->arena, &names));
    if (names.n != nrange)
        return broken(h5.file, "rows", "has not the columns that the head says");
    for (int i = 0; i < names.n; i++) {
        column *col = &c->column[c->ncolumn];
        *col = (column){ .name = names.name[i], .in = &c->file[c->nfile] };
        if (find(c, col->name))
            return broken(h5.file, col->name, "is in another file of this cache too");
        KD_TRY(read_rows(c, rows, col));
        KD_TRY(read_sums(c, sums, col));
        KD_TRY(check_range(h5, col, c->nrows, range, nrange));
        c->ncolumn++;
    }
    return KD_OK;
}

/* ---- opening ------------------------------------------------------------------------------- */

static int map_file(file *f)
{
    struct stat info;
    int fd = open(f->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0)
        return kd_error(KD_E_FILE, "cannot open %s: %s", f->path, strerror(errno));
    f->size = (size_t)info.st_size;
    void *map = mmap(NULL, f->size, PROT_READ, MAP_SHARED, fd, 0);
    int why = errno;
    close(fd);
    if (map == MAP_FAILED)
        return kd_error(KD_E_SYSTEM, "cannot map %s: %s", f->path, strerror(why));
    f->map = map;
    return KD_OK;
}

static int read_file(kdi_cache *c, file *f)
{
    kdi_cache_range range[KDI_CACHE_COLUMNS];
    kdi_h5 h5;
    int nrange;
    KD_TRY(kdi_cache_seal_check(f->path, range, &nrange));
    KD_TRY(kdi_h5_open(f->path, &h5));
    int code = read_head(c, h5);
    if (code == KD_OK)
        code = read_columns(c, h5, range, nrange);
    int64_t size = h5.size;
    kdi_h5_close(&h5);
    KD_TRY(code);
    KD_TRY(map_file(f));
    return (int64_t)f->size == size ? KD_OK : broken(f->path, "its length", "changes");
}

int kdi_cache_add(kdi_cache *c, const char *path)
{
    if (c->nfile == FILES)
        return kd_error(KD_E_USAGE, "%s: a cache has at most %d files", path, FILES);
    file *f = &c->file[c->nfile];
    f->path = kdi_strdup(c->arena, path);
    KD_TRY(read_file(c, f));
    c->nfile++;
    return KD_OK;
}

int kdi_cache_open(const char *path, const kd_value *key, kdi_cache **out)
{
    kdi_arena *a = kdi_arena_new("cache");
    kdi_cache *c = kdi_alloc0(a, sizeof *c);
    c->arena = a;
    c->wanted = key;
    int code = kdi_cache_add(c, path);
    if (code == KD_OK)
        *out = c;
    else
        kdi_cache_close(c);
    return code;
}

void kdi_cache_close(kdi_cache *c)
{
    if (!c)
        return;
    for (int i = 0; i < FILES; i++)
        if (c->file[i].map)
            munmap((void *)c->file[i].map, c->file[i].size);
    kdi_arena_free(c->arena);
}

/* ---- rows ------------------------------------------------------------------------------------ */

int64_t kdi_cache_rows(const kdi_cache *c)
{
    return c->nrows;
}

const kd_shape *kdi_cache_row_shape(const kdi_cache *c, const char *name)
{
    const column *col = find(c, name);
    return col ? &col->row : NULL;
}

static int check_chunk(const kdi_cache *c, const column *col, int64_t i)
{
    int64_t first = i * col->chunk, left = c->nrows - first;
    int64_t n = left < col->chunk ? left : col->chunk;
    const char *bytes = col->in->map + col->at + first * col->bytes;
    if (kdi_cache_crc(0, bytes, n * col->bytes) != col->crc[i])
        return kd_error(
            KD_E_DATA,
            "%s is damaged: rows %lld to %lld of '%s' do not have their CRC-32; " KDI_CACHE_REBUILD,
            col->in->path, (long long)first, (long long)(first + n - 1), col->name);
    col->checked[i] = 1;
    return KD_OK;
}

int kdi_cache_read(kdi_cache *c, const char *name, const int64_t *row, int64_t n, kd_real *to)
{
    const column *col = find(c, name);
    if (!col || c->real_bytes != (int64_t)sizeof *to)
        return kd_error(KD_E_USAGE, "%s has no column '%s' of this build's precision",
                        c->file[0].path, name);
    for (int64_t i = 0; i < n; i++) {
        if (row[i] < 0 || row[i] >= c->nrows)
            return kd_error(KD_E_USAGE, "%s: row %lld of %lld", col->in->path, (long long)row[i],
                            (long long)c->nrows);
        if (!col->checked[row[i] / col->chunk])
            KD_TRY(check_chunk(c, col, row[i] / col->chunk));
        memcpy((char *)to + i * col->bytes, col->in->map + col->at + row[i] * col->bytes,
               (size_t)col->bytes);
    }
    return KD_OK;
}

int kdi_cache_verify(kdi_cache *c)
{
    for (int i = 0; i < c->ncolumn; i++)
        for (int64_t k = 0; k < c->column[i].nchunk; k++)
            KD_TRY(check_chunk(c, &c->column[i], k));
    return KD_OK;
}

/* ---- what it is --------------------------------------------------------------------------------
 */

static kd_value *facts_of(const kdi_cache *c, kdi_arena *a)
{
    kd_value *facts = kd_map(a), *columns = kd_list(a);
    for (int i = 0; i < c->ncolumn; i++) {
        const column *col = &c->column[i];
        kd_value *one = kd_map(a);
        kd_set_text(one, "name", kdi_strdup(a, col->name));
        kd_set_text(one, "shape", kd_shape_text(col->row));
        kd_set_int(one, "bytes", c->nrows * col->bytes);
        kd_push(columns, one);
    }
    kd_set_int(facts, "rows", c->nrows);
    kd_set_int(facts, "real_bytes", c->real_bytes);
    kd_set(facts, "columns", columns);
    return facts;
}

int kdi_cache_facts(const char *path, kdi_arena *a, kd_value **out)
{
    kd_value *key, *about;
    kdi_cache *c;
    KD_TRY(kdi_cache_open(path, NULL, &c));
    *out = facts_of(c, a);
    kdi_cache_close(c);
    KD_TRY(kdi_tree_read(path, "key", NULL, a, &key));
    KD_TRY(kdi_tree_read(path, "about", NULL, a, &about));
    kd_set(*out, "key", key);
    kd_set(*out, "about", about);
    return KD_OK;
}

int kdi_cache_check(const char *path)
{
    kdi_cache *c;
    KD_TRY(kdi_cache_open(path, NULL, &c));
    int code = kdi_cache_verify(c);
    kdi_cache_close(c);
    return code;
}
