/* links.h - where groups and datasets already lie in a file, by their content: what is equal is
 * stored once and linked from wherever it stands again. */
#ifndef KDI_LINKS_H
#define KDI_LINKS_H

#include "base/sha256.h"
#include "base/value.h"

typedef struct kdi_links kdi_links;

kdi_links *kdi_links_new(kdi_arena *a);
/* the path that was noted for a content, or NULL */
const char *kdi_links_find(const kdi_links *l, const char hex[KDI_SHA256_HEX]);
void kdi_links_note(kdi_links *l, const char hex[KDI_SHA256_HEX], const char *path);

#endif
