/* What lies in a file of ours, without its values: groups, datasets and attributes with their types
 * and shapes, as `kdbench validate` compares them with the schema. */
#include "store/store.h"
#include "store/tree.h"

#include <stdio.h>

typedef struct surveyor {
    kdi_arena *arena;
    kd_value *list;
    int64_t left; /* objects that a file of this size can have */
} surveyor;

static const char *type_name(const kdi_leaf *leaf)
{
    static const char *const name[] = {
        [KD_F32] = "float32",    [KD_F64] = "float64", [KD_I32] = "int32",
        [KD_I64] = "int64",      [KD_U8] = "uint8",    [KDI_LEAF_BOOL] = "boolean",
        [KDI_LEAF_TEXT] = "text"
    };
    return name[leaf->type];
}

static void note(surveyor *s, const char *path, const char *what, const kdi_leaf *leaf)
{
    kd_value *one = kd_map(s->arena), *shape = kd_list(s->arena);
    kd_set_text(one, "path", path);
    kd_set_text(one, "what", what);
    if (leaf) {
        kd_set_text(one, "type", type_name(leaf));
        for (int i = 0; i < leaf->shape.n; i++)
            kd_push(shape, kd_int(s->arena, leaf->shape.d[i]));
        kd_set(one, "shape", shape);
    }
    kd_push(s->list, one);
}

static int survey_attributes(surveyor *s, kdi_h5 at, const char *path)
{
    kdi_names names;
    kdi_leaf leaf;
    KD_TRY(kdi_h5_attributes(at, s->arena, &names));
    for (int64_t i = 0; i < names.n; i++) {
        KD_TRY(kdi_h5_get_attribute(at, names.name[i], s->arena, &leaf));
        note(s, kdi_format(s->arena, "%s@%s", path, names.name[i]), "attribute", &leaf);
    }
    return KD_OK;
}

static int survey_object(surveyor *s, kdi_h5 at, const char *path, int depth);

static int survey_members(surveyor *s, kdi_h5 at, const char *path, int depth)
{
    kdi_names names;
    kdi_h5 member;
    KD_TRY(kdi_h5_members(at, s->arena, &names));
    for (int64_t i = 0; i < names.n; i++) {
        KD_TRY(kdi_h5_enter(at, names.name[i], &member));
        KD_TRY(survey_object(s, member, kdi_format(s->arena, "%s/%s", path, names.name[i]),
                             depth + 1));
        kdi_h5_leave(&member);
    }
    return KD_OK;
}

static int survey_object(surveyor *s, kdi_h5 at, const char *path, int depth)
{
    kdi_leaf leaf;
    if (depth > KDI_TREE_DEPTH || --s->left < 0)
        return kd_error(KD_E_DATA, "%s: %s: deeper, or with more objects, than it can be", at.file,
                        path);
    if (kdi_h5_is_group(at)) {
        note(s, path, "group", NULL);
        KD_TRY(survey_attributes(s, at, path));
        return survey_members(s, at, path, depth);
    }
    KD_TRY(kdi_h5_describe(at, &leaf));
    note(s, path, "dataset", &leaf);
    return survey_attributes(s, at, path);
}

/* "runs/abc": down to that group, whose own path is then "" */
static int survey_below(surveyor *s, kdi_h5 at, const char *below)
{
    char name[1024];
    int n = 0;
    while (below[n] && below[n] != '/')
        n++;
    if (n == 0)
        return survey_object(s, at, "", 0);
    kdi_h5 member;
    snprintf(name, sizeof name, "%.*s", n, below);
    KD_TRY(kdi_h5_enter(at, name, &member));
    KD_TRY(survey_below(s, member, below + n + (below[n] == '/')));
    kdi_h5_leave(&member);
    return KD_OK;
}

int kdi_h5_survey(const char *path, const char *below, kdi_arena *a, kd_value **list)
{
    kdi_h5 file;
    KD_TRY(kdi_seal_check_once(path));
    KD_TRY(kdi_h5_open(path, &file));
    surveyor s = { .arena = a, .list = kd_list(a), .left = 1000 + file.size / 16 };
    *list = s.list;
    int code = survey_below(&s, file, below ? below : "");
    kdi_h5_close(&file);
    return code;
}
