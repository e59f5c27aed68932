/* leaf.h - what fits into one HDF5 attribute or dataset: an element type, a shape and bytes. */
#ifndef KDI_LEAF_H
#define KDI_LEAF_H

#include "base/value.h"

/* besides enum kd_element: booleans, a byte each, and text of one width, filled up with NUL */
enum { KDI_LEAF_BOOL = KD_U8 + 1, KDI_LEAF_TEXT };

typedef struct kdi_leaf {
    int type;       /* enum kd_element or one of the two above */
    int64_t width;  /* bytes of one element */
    kd_shape shape; /* no axes: a single value */
    bool list;      /* one axis, and was a list */
    void *data;
} kdi_leaf;

int64_t kdi_leaf_bytes(const kdi_leaf *leaf);

/* False when v is no leaf: a map, nil, a list of mixed things, text with a NUL in it. As an
 * attribute every number is int64 or float64, and whatever has one axis is a list. */
bool kdi_leaf_of(const kd_value *v, bool attribute, kdi_arena *a, kdi_leaf *leaf);

/* The way back, for leaves that may come from others' files. */
kd_value *kdi_leaf_value(const kdi_leaf *leaf, bool attribute, kdi_arena *a);

#endif
