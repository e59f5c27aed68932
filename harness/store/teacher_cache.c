/* Reading a teacher cache: the key compared, every row's sum checked, the file mapped. */
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

typedef struct column {
    const char *name;
    kd_shape row;
    int64_t offset, width; /* in the file; reals of a row */
    const int64_t *crc;
    const kd_real *data;
} column;

struct kdi_cache {
    kdi_arena *arena;
    const char *path;
    int64_t nsamples;
    int ncolumn;
    column *column;
    void *map;
    size_t size;
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

static int compare(const kdi_cache *c, const char *name, const kd_value *found,
                   const kd_value *wanted)
{
    if (same(found, wanted))
        return KD_OK;
    return kd_error(KD_E_DATA, "%s is another teacher's cache: its %s is %s, wanted %s", c->path,
                    name, text_of(found, c->arena), text_of(wanted, c->arena));
}

static int compare_key(const kdi_cache *c, const kd_value *found, const kd_value *wanted)
{
    for (int64_t i = 0; i < wanted->n; i++)
        if (wanted->item[i]->kind != KD_V_NIL)
            KD_TRY(compare(c, wanted->key[i], kd_get(found, wanted->key[i]), wanted->item[i]));
    for (int64_t i = 0; i < found->n; i++)
        if (!kd_get(wanted, found->key[i]))
            KD_TRY(compare(c, found->key[i], found->item[i], NULL));
    return KD_OK;
}

/* ---- what is in the file -------------------------------------------------------------- */

static int broken(const kdi_cache *c, const char *name, const char *why)
{
    return kd_error(KD_E_DATA, "%s is no teacher cache that can be used: %s %s", c->path, name,
                    why);
}

static int read_head(kdi_cache *c, kdi_h5 file, const kd_value *wanted)
{
    kdi_leaf leaf;
    kdi_h5 group;
    kd_value *key;
    KD_TRY(kdi_h5_get_attribute(file, "cache_version", c->arena, &leaf));
    if (leaf.type != KD_I64 || *(int64_t *)leaf.data != KDI_CACHE_VERSION)
        return broken(c, "cache_version", "is another one");
    KD_TRY(kdi_h5_get_attribute(file, "samples", c->arena, &leaf));
    if (leaf.type != KD_I64 || *(int64_t *)leaf.data <= 0)
        return broken(c, "samples", "is not a count");
    c->nsamples = *(int64_t *)leaf.data;
    KD_TRY(kdi_h5_enter(file, "key", &group));
    KD_TRY(kdi_tree_get(group, c->arena, &key));
    kdi_h5_leave(&group);
    if (key->kind != KD_V_MAP)
        return broken(c, "key", "is not a map");
    return compare_key(c, key, wanted);
}

static int read_column(kdi_cache *c, kdi_h5 rows, kdi_h5 sums, column *col)
{
    kdi_h5 data, crc;
    kdi_leaf leaf;
    KD_TRY(kdi_h5_enter(rows, col->name, &data));
    if (kdi_h5_is_group(data))
        return broken(c, col->name, "is a group");
    KD_TRY(kdi_h5_describe(data, &leaf));
    if (leaf.type != KD_FREAL)
        return broken(c, col->name,
                      sizeof(kd_real) == 4 ? "does not hold float32, as this build does"
                                           : "does not hold float64, as this build does");
    if (leaf.shape.n < 1 || leaf.shape.d[0] != c->nsamples)
        return broken(c, col->name, "has not one row a sample");
    col->row = kd_shape_of_n(leaf.shape.n - 1, leaf.shape.d + 1);
    col->width = kd_shape_numel(col->row);
    KD_TRY(kdi_h5_offset(data, &col->offset));
    kdi_h5_leave(&data);
    KD_TRY(kdi_h5_enter(sums, col->name, &crc));
    if (kdi_h5_is_group(crc))
        return broken(c, col->name, "has a group for its sums");
    KD_TRY(kdi_h5_get_data(crc, c->arena, &leaf));
    kdi_h5_leave(&crc);
    if (leaf.type != KD_I64 || leaf.shape.n != 1 || leaf.shape.d[0] != c->nsamples)
        return broken(c, col->name, "has not one sum a sample");
    col->crc = leaf.data;
    return KD_OK;
}

static int read_columns(kdi_cache *c, kdi_h5 file)
{
    kdi_h5 rows, sums;
    kdi_names names;
    KD_TRY(kdi_h5_enter(file, "rows", &rows));
    KD_TRY(kdi_h5_enter(file, "crc32", &sums));
    if (!kdi_h5_is_group(rows) || !kdi_h5_is_group(sums))
        return broken(c, "rows or crc32", "is not a group");
    KD_TRY(kdi_h5_members(rows, c->arena, &names));
    c->ncolumn = (int)names.n;
    c->column = kdi_alloc0(c->arena, (size_t)names.n * sizeof *c->column + 1);
    for (int i = 0; i < c->ncolumn; i++) {
        c->column[i].name = names.name[i];
        KD_TRY(read_column(c, rows, sums, &c->column[i]));
    }
    return KD_OK;
}

static int read_file(kdi_cache *c, const kd_value *key)
{
    kdi_h5 file;
    KD_TRY(kdi_seal_check(c->path));
    KD_TRY(kdi_h5_open(c->path, &file));
    int code = read_head(c, file, key);
    if (code == KD_OK)
        code = read_columns(c, file);
    kdi_h5_close(&file);
    return code;
}

/* ---- the rows themselves --------------------------------------------------------------- */

static int map_file(kdi_cache *c)
{
    struct stat info;
    int fd = open(c->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0)
        return kd_error(KD_E_FILE, "cannot open %s: %s", c->path, strerror(errno));
    c->size = (size_t)info.st_size;
    void *map = mmap(NULL, c->size, PROT_READ, MAP_SHARED, fd, 0);
    int why = errno;
    close(fd);
    if (map == MAP_FAILED)
        return kd_error(KD_E_SYSTEM, "cannot map %s: %s", c->path, strerror(why));
    c->map = map;
    return KD_OK;
}

static int check_rows(kdi_cache *c, column *col)
{
    int64_t bytes = col->width * (int64_t)sizeof(kd_real), all = c->nsamples * bytes;
    if (col->offset % (int64_t)sizeof(kd_real) || (int64_t)c->size - all < col->offset)
        return broken(c, col->name, "is not where it should be");
    col->data = (const kd_real *)(const void *)((const char *)c->map + col->offset);
    for (int64_t i = 0; i < c->nsamples; i++)
        if (kdi_row_crc(col->data + i * col->width, bytes) != col->crc[i])
            return kd_error(KD_E_DATA, "%s is damaged: row %lld of '%s' does not have its CRC-32",
                            c->path, (long long)i, col->name);
    return KD_OK;
}

static int open_cache(kdi_cache *c, const kd_value *key)
{
    KD_TRY(read_file(c, key));
    KD_TRY(map_file(c));
    for (int i = 0; i < c->ncolumn; i++)
        KD_TRY(check_rows(c, &c->column[i]));
    return KD_OK;
}

int kdi_cache_open(const char *path, const kd_value *key, kdi_cache **out)
{
    kdi_arena *a = kdi_arena_new("cache");
    kdi_cache *c = kdi_alloc0(a, sizeof *c);
    c->arena = a;
    c->path = kdi_strdup(a, path);
    int code = open_cache(c, key);
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
    if (c->map)
        munmap(c->map, c->size);
    kdi_arena_free(c->arena);
}

int64_t kdi_cache_samples(const kdi_cache *c)
{
    return c->nsamples;
}

static const column *find(const kdi_cache *c, const char *name)
{
    for (int i = 0; i < c->ncolumn; i++)
        if (strcmp(c->column[i].name, name) == 0)
            return &c->column[i];
    return NULL;
}

const kd_shape *kdi_cache_row_shape(const kdi_cache *c, const char *name)
{
    const column *col = find(c, name);
    return col ? &col->row : NULL;
}

const kd_real *kdi_cache_row(const kdi_cache *c, const char *name, int64_t sample)
{
    const column *col = find(c, name);
    if (!col) {
        kd_error(KD_E_USAGE, "%s has no column '%s'", c->path, name);
        return NULL;
    }
    if (sample < 0 || sample >= c->nsamples) {
        kd_error(KD_E_USAGE, "%s: sample %lld of %lld", c->path, (long long)sample,
                 (long long)c->nsamples);
        return NULL;
    }
    return col->data + sample * col->width;
}
