/* Weights in HDF5 files, and which of the formats a file is of. */
#include "store/guard.h"
#include "store/h5.h"
#include "store/store.h"
#include "store/tree.h"
#include "store/weights_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { DEEPEST = 8 };

typedef struct wanted {
    const char *path, *which;
} wanted;

typedef struct taking {
    kd_value *tensor, *type;
    kdi_arena *arena;
} taking;

/* ---- one group -------------------------------------------------------------------- */

static const char *type_name(const kdi_leaf *leaf)
{
    static const char *const name[] = { "F32", "F64", "I32", "I64", "U8", "BOOL", "text" };
    return name[leaf->type];
}

static int take(taking *t, kdi_h5 in, const char *member, const char *name, int depth);

static int take_members(taking *t, kdi_h5 group, const char *prefix, int depth)
{
    kdi_names names;
    KD_TRY(kdi_h5_members(group, t->arena, &names));
    for (int64_t i = 0; i < names.n; i++) {
        const char *member = names.name[i];
        const char *name = *prefix ? kdi_format(t->arena, "%s.%s", prefix, member) : member;
        KD_TRY(take(t, group, member, name, depth));
    }
    return KD_OK;
}

static int take_data(taking *t, kdi_h5 object, const char *name)
{
    kdi_leaf leaf;
    KD_TRY(kdi_h5_get_data(object, t->arena, &leaf));
    leaf.list = false;
    if (leaf.type > KD_U8)
        return kd_error(KD_E_DATA, "%s: tensor '%s' is of type %s, should be numbers", object.file,
                        name, type_name(&leaf));
    if (t->tensor->n == KDI_WEIGHTS_MOST)
        return kd_error(KD_E_DATA, "%s: more than %d tensors", object.file, KDI_WEIGHTS_MOST);
    if (kd_get(t->tensor, name))
        return kd_error(KD_E_DATA, "%s: tensor '%s' is there twice", object.file, name);
    kd_set(t->tensor, name, kdi_leaf_value(&leaf, false, t->arena));
    kd_set_text(t->type, name, type_name(&leaf));
    return KD_OK;
}

static int take(taking *t, kdi_h5 in, const char *member, const char *name, int depth)
{
    kdi_h5 object;
    if (depth == DEEPEST)
        return kd_error(KD_E_DATA, "%s: '%s': groups inside each other, more than %d", in.file,
                        name, DEEPEST);
    KD_TRY(kdi_h5_enter(in, member, &object));
    int code = kdi_h5_is_group(object) ? take_members(t, object, name, depth + 1)
                                       : take_data(t, object, name);
    kdi_h5_leave(&object);
    return code;
}

/* ---- which group ------------------------------------------------------------------- */

static bool has(const kdi_names *names, const char *name)
{
    for (int64_t i = 0; i < names->n; i++)
        if (strcmp(names->name[i], name) == 0)
            return true;
    return false;
}

static int take_in(taking *t, kdi_h5 in, const char *member, const char *then)
{
    kdi_h5 group;
    KD_TRY(kdi_h5_enter(in, member, &group));
    int code = kdi_h5_is_group(group)
                   ? KD_OK
                   : kd_error(KD_E_DATA, "%s: '%s' should be a group", in.file, member);
    if (code == KD_OK)
        code = then ? take_in(t, group, then, NULL) : take_members(t, group, "", 0);
    kdi_h5_leave(&group);
    return code;
}

static int take_about(kdi_h5 root, kdi_arena *a, kd_value *file)
{
    kdi_h5 group;
    kd_value *about = NULL;
    KD_TRY(kdi_h5_enter(root, "about", &group));
    int code = kdi_tree_get(group, a, &about);
    kdi_h5_leave(&group);
    if (code == KD_OK)
        kd_set(file, "about", about);
    return code;
}

static int take_root(taking *t, kdi_h5 root, const wanted *w, kd_value *file)
{
    static const char *const usual[] = { "weights", "state_dict", "model" };
    kdi_names names;
    KD_TRY(kdi_h5_members(root, t->arena, &names));
    if (has(&names, "spec") && has(&names, "weights"))
        return take_in(t, root, "weights", w->which ? w->which : "last");
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (has(&names, usual[i])) {
            KD_TRY(take_in(t, root, usual[i], NULL));
            return i == 0 && has(&names, "about") ? take_about(root, t->arena, file) : KD_OK;
        }
    return take_members(t, root, "", 0);
}

static int read_h5(const void *what, kdi_arena *a, kd_value **out)
{
    const wanted *w = what;
    taking t = { .tensor = kd_map(a), .type = kd_map(a), .arena = a };
    kdi_h5 root;
    *out = kd_map(a);
    kd_set_text(*out, "format", "HDF5");
    kd_set(*out, "tensor", t.tensor);
    kd_set(*out, "type", t.type);
    KD_TRY(kdi_h5_open(w->path, &root));
    int code = take_root(&t, root, w, *out);
    kdi_h5_close(&root);
    return code;
}

/* ---- which format ------------------------------------------------------------------- */

enum { SIGNATURE = 8, LOOK = 4 };

/* HDF5 may leave 0, 512, 1024, ... bytes at the front alone */
static bool is_h5(FILE *in)
{
    char found[SIGNATURE];
    for (int i = 0; i < LOOK; i++) {
        long at = i ? 256L << i : 0;
        if (fseek(in, at, SEEK_SET) == 0 && fread(found, 1, SIGNATURE, in) == SIGNATURE &&
            memcmp(found, "\211HDF\r\n\032\n", SIGNATURE) == 0)
            return true;
    }
    return false;
}

static bool begins_with(FILE *in, const char *bytes, size_t n)
{
    char found[SIGNATURE];
    rewind(in);
    return fread(found, 1, n, in) == n && memcmp(found, bytes, n) == 0;
}

int kdi_weights_read(const char *path, const char *which, kdi_arena *a, kd_value **file)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return kd_error(KD_E_FILE, "cannot open %s: %s", path, strerror(errno));
    bool h5 = is_h5(in);
    bool pickle = begins_with(in, "PK\3\4", 4) || begins_with(in, "\200\2", 2);
    fclose(in);
    if (h5)
        return kdi_guarded(path, read_h5, &(wanted){ path, which }, a, file);
    if (pickle)
        return kd_error(KD_E_DATA,
                        "%s is what torch.save writes, which only Python can read: save its "
                        "state_dict as safetensors or HDF5 (README, \"Your own teacher in\")",
                        path);
    return kdi_safetensors_read(path, a, file);
}

/* ---- writing ------------------------------------------------------------------------ */

int kdi_weights_format(const char *path, const char **format)
{
    static const struct {
        const char *ending, *format;
    } known[] = { { ".h5", "HDF5" }, { ".hdf5", "HDF5" }, { ".safetensors", "safetensors" } };
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].ending);
        if (n > length && strcmp(path + n - length, known[i].ending) == 0) {
            *format = known[i].format;
            return KD_OK;
        }
    }
    return kd_error(KD_E_USAGE, "%s: weights are written to .h5 or .safetensors", path);
}

int kdi_weights_write(const char *path, const char *format, const kd_value *tensor,
                      const kd_value *about)
{
    if (strcmp(format, "safetensors") == 0)
        return kdi_safetensors_write(path, tensor, about);
    kdi_arena *a = kdi_arena_new("weights");
    kd_value *tree = kd_map(a);
    kd_set(tree, "weights", (kd_value *)tensor);
    if (about)
        kd_set(tree, "about", (kd_value *)about);
    int code = kdi_h5_write(path, tree);
    kdi_arena_free(a);
    return code;
}
