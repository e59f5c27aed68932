/* tree.h - inside the store: what becomes of a value in a file, and trees in open files. */
#ifndef KDI_TREE_H
#define KDI_TREE_H

#include "store/h5.h"
#include "store/links.h"

enum { KDI_TREE_DEPTH = 32, KDI_LONG_TEXT = 32000 };

/* what a value becomes in a file */
enum kdi_form {
    KDI_FORM_NOTHING, /* nil */
    KDI_FORM_ATTRIBUTE,
    KDI_FORM_DATASET,
    KDI_FORM_DESCRIBED, /* map with @data: a dataset with attributes */
    KDI_FORM_GROUP,
    KDI_FORM_LIST, /* group of numbered members */
    KDI_FORM_BAD   /* text with a NUL in it */
};
/* fills leaf in for attributes and datasets */
enum kdi_form kdi_form_of(const kd_value *v, kdi_arena *a, kdi_leaf *leaf);

/* positions of a map's members in order of their names */
const int64_t *kdi_sorted_keys(const kd_value *map, kdi_arena *a);

/* tree.c: a map into an open group, and whatever an open object holds */
int kdi_tree_put(kdi_h5 group, const kd_value *map, bool packed, kdi_arena *scratch);
int kdi_tree_get(kdi_h5 object, kdi_arena *a, kd_value **tree);
/* the same, a group or dataset that was stored before being a link to where it lies; `group` is in
 * a file of which all was written with these links */
int kdi_tree_put_shared(kdi_h5 group, const kd_value *map, kdi_links *links, kdi_arena *scratch);
/* only what is above or below a wanted path, "final/last", "runs/" "*" "/spec": NULL at the end.
 * NULL: all. Attributes come along. */
int kdi_tree_get_wanted(kdi_h5 object, const char *const *want, kdi_arena *a, kd_value **tree);
/* kdi_h5_read in this process: for files whose seal was checked */
int kdi_tree_read(const char *path, const char *at, const char *const *skip, kdi_arena *a,
                  kd_value **tree);
int kdi_tree_read_wanted(const char *path, const char *const *want, kdi_arena *a, kd_value **tree);

#endif
