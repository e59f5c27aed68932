/* Value trees to HDF5 files and back. */
#include "store/guard.h"
#include "store/store.h"
#include "store/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/system.h"

/* ---- writing ------------------------------------------------------------------- */

typedef struct writer {
    kdi_arena *arena;
    bool packed;
    kdi_links *links; /* NULL: equal things are stored each time */
} writer;

static int put_member(writer *w, kdi_h5 in, const char *key, const kd_value *v, int depth);

static int refuse(kdi_h5 in, const char *key, const char *why)
{
    return kd_error(KD_E_USAGE, "%s: cannot store '%s' in %s: %s", in.file, key, kdi_h5_path(in),
                    why);
}

static int check_key(kdi_h5 in, const char *key)
{
    if (!key[0] || key[0] == '@' || strchr(key, '/') || strcmp(key, ".") == 0 ||
        strcmp(key, "..") == 0 || strlen(key) > 1000)
        return refuse(in, key, "a name is not empty, has no '/' and does not begin with '@'");
    return KD_OK;
}

static int put_map(writer *w, kdi_h5 in, const kd_value *map, int depth)
{
    const int64_t *order = kdi_sorted_keys(map, w->arena);
    for (int64_t i = 0; i < map->n; i++)
        KD_TRY(put_member(w, in, map->key[order[i]], map->item[order[i]], depth));
    return KD_OK;
}

static int put_group(writer *w, kdi_h5 in, const char *key, const kd_value *map, int depth)
{
    kdi_h5 group;
    KD_TRY(kdi_h5_group_new(in, key, &group));
    KD_TRY(put_map(w, group, map, depth + 1));
    kdi_h5_leave(&group);
    return KD_OK;
}

static int put_count(kdi_h5 in, int64_t n)
{
    kdi_leaf leaf = { .type = KD_I64, .width = 8, .data = &n };
    return kdi_h5_put_attribute(in, "@list", &leaf);
}

static int put_list(writer *w, kdi_h5 in, const char *key, const kd_value *list, int depth)
{
    kdi_h5 group;
    KD_TRY(kdi_h5_group_new(in, key, &group));
    KD_TRY(put_count(group, list->n));
    for (int64_t i = 0; i < list->n; i++) {
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)i);
        if (list->item[i]->kind == KD_V_NIL)
            return refuse(group, number, "nil in a list");
        KD_TRY(put_member(w, group, number, list->item[i], depth + 1));
    }
    kdi_h5_leave(&group);
    return KD_OK;
}

/* 1-D numbers that were a list and not an array are marked */
static int put_dataset(writer *w, kdi_h5 in, const char *key, const kdi_leaf *leaf, kdi_h5 *dataset)
{
    KD_TRY(kdi_h5_put_data(in, key, leaf, w->packed, dataset));
    if (leaf->list && leaf->type <= KD_U8)
        KD_TRY(put_count(*dataset, leaf->shape.d[0]));
    return KD_OK;
}

static int put_described(writer *w, kdi_h5 in, const char *key, const kd_value *map)
{
    kdi_leaf leaf;
    kdi_h5 dataset;
    const kd_value *data = kd_get(map, "@data");
    bool fits = data->kind == KD_V_ARRAY || data->kind == KD_V_LIST || data->kind == KD_V_STRING;
    if (!fits || !kdi_leaf_of(data, false, w->arena, &leaf))
        return refuse(in, key, "@data must be an array, a list of one kind or a string");
    KD_TRY(put_dataset(w, in, key, &leaf, &dataset));
    const int64_t *order = kdi_sorted_keys(map, w->arena);
    for (int64_t i = 0; i < map->n; i++) {
        const kd_value *v = map->item[order[i]];
        const char *name = map->key[order[i]];
        if (v == data || v->kind == KD_V_NIL)
            continue;
        KD_TRY(check_key(dataset, name));
        if (!kdi_leaf_of(v, true, w->arena, &leaf))
            return refuse(dataset, name, "an attribute is a number, a string, or a list of such");
        KD_TRY(kdi_h5_put_attribute(dataset, name, &leaf));
    }
    kdi_h5_leave(&dataset);
    return KD_OK;
}

/* a link where the same content already lies in the file; else notes that it will lie here */
static int link_equal(writer *w, kdi_h5 in, const char *key, const kd_value *v, bool *linked)
{
    char sum[KDI_SHA256_HEX];
    KD_TRY(kdi_tree_sha256(v, sum));
    const char *path = kdi_links_find(w->links, sum), *parent = kdi_h5_path(in);
    *linked = path != NULL;
    if (path)
        return kdi_h5_link(in, key, path);
    const char *slash = parent[1] ? "/" : "";
    kdi_links_note(w->links, sum, kdi_format(w->arena, "%s%s%s", parent, slash, key));
    return KD_OK;
}

static int put_member(writer *w, kdi_h5 in, const char *key, const kd_value *v, int depth)
{
    kdi_leaf leaf;
    kdi_h5 dataset;
    KD_TRY(check_key(in, key));
    if (depth >= KDI_TREE_DEPTH)
        return refuse(in, key, "nested more than 32 deep");
    enum kdi_form form = kdi_form_of(v, w->arena, &leaf);
    bool linked = false;
    if (w->links && form > KDI_FORM_ATTRIBUTE && form < KDI_FORM_BAD)
        KD_TRY(link_equal(w, in, key, v, &linked));
    switch (linked ? KDI_FORM_NOTHING : form) {
    case KDI_FORM_NOTHING:
        return KD_OK;
    case KDI_FORM_ATTRIBUTE:
        return kdi_h5_put_attribute(in, key, &leaf);
    case KDI_FORM_DATASET:
        KD_TRY(put_dataset(w, in, key, &leaf, &dataset));
        kdi_h5_leave(&dataset);
        return KD_OK;
    case KDI_FORM_DESCRIBED:
        return put_described(w, in, key, v);
    case KDI_FORM_GROUP:
        return put_group(w, in, key, v, depth);
    case KDI_FORM_LIST:
        return put_list(w, in, key, v, depth);
    case KDI_FORM_BAD:
        break;
    }
    return refuse(in, key, "text with a NUL byte in it");
}

int kdi_tree_put(kdi_h5 group, const kd_value *map, bool packed, kdi_arena *scratch)
{
    writer w = { .arena = scratch, .packed = packed };
    return put_map(&w, group, map, 0);
}

int kdi_tree_put_shared(kdi_h5 group, const kd_value *map, kdi_links *links, kdi_arena *scratch)
{
    writer w = { .arena = scratch, .packed = true, .links = links };
    return put_map(&w, group, map, 0);
}

static int write_part(const char *part, const kd_value *tree, bool packed, kdi_arena *a)
{
    kdi_h5 file;
    KD_TRY(kdi_h5_create(part, KDI_SEAL_SIZE, &file));
    int code = kdi_tree_put(file, tree, packed, a);
    int closed = kdi_h5_close(&file);
    KD_TRY(code != KD_OK ? code : closed);
    return kdi_seal(part);
}

static int write_file(const char *path, const kd_value *tree, bool packed)
{
    if (!tree || tree->kind != KD_V_MAP || kd_get(tree, "@data"))
        return kd_error(KD_E_USAGE, "%s: only a map can become a file", path);
    kdi_arena *a = kdi_arena_new("write");
    const char *part = kdi_format(a, "%s.part", path);
    int code = write_part(part, tree, packed, a);
    if (code != KD_OK)
        remove(part);
    else
        code = kdi_commit_part(path);
    kdi_arena_free(a);
    return code;
}

int kdi_h5_write(const char *path, const kd_value *tree)
{
    return write_file(path, tree, true);
}

int kdi_h5_write_contiguous(const char *path, const kd_value *tree)
{
    return write_file(path, tree, false);
}

/* ---- reading -------------------------------------------------------------------- */

typedef struct reader {
    kdi_arena *arena;
    const char *const *skip, *const *want; /* want NULL: all */
    int64_t objects, bytes;                /* how many more a file of this size can have */
} reader;

static int read_object(reader *r, kdi_h5 at, const char *path, int depth, kd_value **out);

static int broken(kdi_h5 at, const char *why)
{
    return kd_error(KD_E_DATA, "%s: %s: %s", at.file, kdi_h5_path(at), why);
}

/* is one path the other, or above or below it? A component * of the first is any name. */
static bool on_the_way(const char *pattern, const char *path)
{
    while (*pattern && *path) {
        if (*pattern == '*') {
            pattern++;
            path += strcspn(path, "/");
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return (!*pattern && !*path) || *pattern == '/' || *path == '/';
}

static bool skipped(const reader *r, const char *path)
{
    for (const char *const *s = r->skip; s && *s; s++)
        if (strcmp(*s, path) == 0)
            return true;
    bool wanted = !r->want;
    for (const char *const *w = r->want; w && *w && !wanted; w++)
        wanted = on_the_way(*w, path);
    return !wanted;
}

/* the attributes as members of `map`; *count is that of @list, or -1 */
static int read_attributes(reader *r, kdi_h5 at, kd_value *map, int64_t *count)
{
    kdi_names names;
    kdi_leaf leaf;
    *count = -1;
    KD_TRY(kdi_h5_attributes(at, r->arena, &names));
    for (int64_t i = 0; i < names.n; i++) {
        KD_TRY(kdi_h5_get_attribute(at, names.name[i], r->arena, &leaf));
        kd_value *v = kdi_leaf_value(&leaf, true, r->arena);
        if (strcmp(names.name[i], "@list") != 0)
            kd_set(map, names.name[i], v);
        else if (v->kind == KD_V_INT && v->integer >= 0)
            *count = v->integer;
        else
            return broken(at, "@list is not a count");
    }
    return KD_OK;
}

static int read_dataset(reader *r, kdi_h5 at, kd_value **out)
{
    kdi_leaf leaf;
    int64_t count;
    kd_value *map = kd_map(r->arena);
    KD_TRY(kdi_h5_describe(at, &leaf));
    r->bytes -= kdi_leaf_bytes(&leaf);
    if (r->bytes < 0)
        return broken(at, "more data than the file can hold");
    KD_TRY(kdi_h5_get_data(at, r->arena, &leaf));
    KD_TRY(read_attributes(r, at, map, &count));
    leaf.list = count >= 0;
    if (leaf.list && (leaf.shape.n != 1 || leaf.shape.d[0] != count))
        return broken(at, "@list is not its length");
    kd_value *data = kdi_leaf_value(&leaf, false, r->arena);
    kd_set(map, "@data", data);
    *out = map->n > 1 ? map : data;
    return KD_OK;
}

static const char *below(reader *r, const char *path, const char *name)
{
    return path[0] ? kdi_format(r->arena, "%s/%s", path, name) : name;
}

static int read_member(reader *r, kdi_h5 in, const char *path, const char *name, int depth,
                       kd_value **out)
{
    kdi_h5 member;
    KD_TRY(kdi_h5_enter(in, name, &member));
    KD_TRY(read_object(r, member, below(r, path, name), depth + 1, out));
    kdi_h5_leave(&member);
    return KD_OK;
}

static int read_members(reader *r, kdi_h5 at, const char *path, int depth, kd_value *map)
{
    kdi_names names;
    KD_TRY(kdi_h5_members(at, r->arena, &names));
    int64_t nattribute = map->n;
    for (int64_t i = 0, j = 0; i < names.n; i++) {
        const char *name = names.name[i];
        while (j < nattribute && strcmp(map->key[j], name) < 0)
            j++; /* both are sorted */
        if (j < nattribute && strcmp(map->key[j], name) == 0)
            return kd_error(KD_E_DATA, "%s: %s has an attribute and a member '%s'", at.file,
                            kdi_h5_path(at), name);
        if (skipped(r, below(r, path, name)))
            continue;
        kd_value *v;
        KD_TRY(read_member(r, at, path, name, depth, &v));
        kd_set(map, name, v);
    }
    return KD_OK;
}

static int to_list(kdi_h5 at, const kd_value *map, int64_t count, kdi_arena *a, kd_value **out)
{
    kd_value *list = kd_list(a);
    if (map->n != count)
        return broken(at, "@list is not its number of members");
    for (int64_t i = 0; i < count; i++) {
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)i);
        const kd_value *item = kd_get(map, number);
        if (!item)
            return kd_error(KD_E_DATA, "%s: %s has no member %s", at.file, kdi_h5_path(at), number);
        kd_push(list, (kd_value *)item);
    }
    *out = list;
    return KD_OK;
}

static int read_group(reader *r, kdi_h5 at, const char *path, int depth, kd_value **out)
{
    int64_t count;
    kd_value *map = kd_map(r->arena);
    KD_TRY(read_attributes(r, at, map, &count));
    KD_TRY(read_members(r, at, path, depth, map));
    *out = map;
    return count < 0 ? KD_OK : to_list(at, map, count, r->arena, out);
}

static int read_object(reader *r, kdi_h5 at, const char *path, int depth, kd_value **out)
{
    if (depth > KDI_TREE_DEPTH)
        return broken(at, "nested more than 32 deep");
    if (--r->objects < 0)
        return broken(at, "more objects than the file can hold");
    return kdi_h5_is_group(at) ? read_group(r, at, path, depth, out) : read_dataset(r, at, out);
}

/* walks "a/b/c" from the file's root and reads what is there */
static int read_at(reader *r, kdi_h5 in, const char *at, kd_value **out)
{
    char name[1024];
    size_t slash = strspn(at, "/"), n = strcspn(at + slash, "/");
    if (n == 0)
        return read_object(r, in, "", 0, out);
    kdi_h5 member;
    snprintf(name, sizeof name, "%.*s", (int)n, at + slash);
    KD_TRY(kdi_h5_enter(in, name, &member));
    if (at[slash + n] && !kdi_h5_is_group(member))
        return broken(member, "not a group");
    KD_TRY(read_at(r, member, at + slash + n, out));
    kdi_h5_leave(&member);
    return KD_OK;
}

static reader reader_of(kdi_h5 file, const char *const *skip, kdi_arena *a)
{
    int64_t bytes = file.size * KDI_H5_EXPANDS, objects = 1000 + file.size / 16;
    return (reader){ .arena = a, .skip = skip, .objects = objects, .bytes = bytes };
}

int kdi_tree_get_wanted(kdi_h5 object, const char *const *want, kdi_arena *a, kd_value **tree)
{
    reader r = reader_of(object, NULL, a);
    r.want = want;
    return read_object(&r, object, "", 0, tree);
}

int kdi_tree_get(kdi_h5 object, kdi_arena *a, kd_value **tree)
{
    return kdi_tree_get_wanted(object, NULL, a, tree);
}

int kdi_tree_read(const char *path, const char *at, const char *const *skip, kdi_arena *a,
                  kd_value **tree)
{
    kdi_h5 file;
    KD_TRY(kdi_h5_open(path, &file));
    reader r = reader_of(file, skip, a);
    int code = read_at(&r, file, at ? at : "", tree);
    kdi_h5_close(&file);
    return code;
}

int kdi_tree_read_wanted(const char *path, const char *const *want, kdi_arena *a, kd_value **tree)
{
    kdi_h5 file;
    KD_TRY(kdi_h5_open(path, &file));
    int code = kdi_tree_get_wanted(file, want, a, tree);
    kdi_h5_close(&file);
    return code;
}

typedef struct request {
    const char *path, *at;
    const char *const *skip;
} request;

static int read_request(const void *what, kdi_arena *a, kd_value **tree)
{
    const request *r = what;
    return kdi_tree_read(r->path, r->at, r->skip, a, tree);
}

int kdi_h5_read(const char *path, const char *at, const char *const *skip, kdi_arena *a,
                kd_value **tree)
{
    return kdi_guarded(path, read_request, &(request){ path, at, skip }, a, tree);
}
