/* properties.h - Java's files of key=value lines: ISO-8859-1, with backslashes. */
#ifndef KDI_PROPERTIES_H
#define KDI_PROPERTIES_H

#include "data/read.h"

typedef struct kdi_properties {
    int64_t n;
    const char **key, **value; /* UTF-8, sorted by key */
} kdi_properties;

int kdi_properties_parse(kdi_arena *a, const kdi_bytes *file, kdi_properties *p);
const char *kdi_property(const kdi_properties *p, const char *key); /* NULL when it is not there */

#endif
