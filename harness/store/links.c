/* A table of contents' checksums and paths: open addressing, never more than half full. */
#include "store/links.h"

#include <stdlib.h>
#include <string.h>

typedef struct place {
    char hex[KDI_SHA256_HEX];
    const char *path; /* NULL: free */
} place;

struct kdi_links {
    kdi_arena *arena;
    place *at;
    uint64_t n, room; /* a power of two */
};

kdi_links *kdi_links_new(kdi_arena *a)
{
    kdi_links *l = kdi_alloc0(a, sizeof *l);
    *l = (kdi_links){ .arena = a, .room = 1024 };
    l->at = kdi_alloc0(a, l->room * sizeof *l->at);
    return l;
}

/* where a checksum stands, or would */
static place *slot(const kdi_links *l, const char *hex)
{
    char front[17] = { 0 };
    memcpy(front, hex, 16);
    uint64_t i = strtoull(front, NULL, 16) & (l->room - 1);
    while (l->at[i].path && strcmp(l->at[i].hex, hex) != 0)
        i = (i + 1) & (l->room - 1);
    return &l->at[i];
}

const char *kdi_links_find(const kdi_links *l, const char hex[KDI_SHA256_HEX])
{
    return slot(l, hex)->path;
}

static void grow(kdi_links *l)
{
    place *old = l->at;
    uint64_t n = l->room;
    l->room *= 2;
    l->at = kdi_alloc0(l->arena, l->room * sizeof *l->at);
    for (uint64_t i = 0; i < n; i++)
        if (old[i].path)
            *slot(l, old[i].hex) = old[i];
}

void kdi_links_note(kdi_links *l, const char hex[KDI_SHA256_HEX], const char *path)
{
    if (2 * ++l->n > l->room)
        grow(l);
    place *p = slot(l, hex);
    memcpy(p->hex, hex, sizeof p->hex);
    p->path = kdi_strdup(l->arena, path);
}
