/* sha256.h - SHA-256 of memory and of files, in hexadecimal. */
#ifndef KDI_SHA256_H
#define KDI_SHA256_H

#include <stddef.h>

enum { KDI_SHA256_HEX = 65 }; /* 64 digits and the NUL */

typedef struct kdi_sha256_state {
    _Alignas(16) unsigned char opaque[160];
} kdi_sha256_state;

void kdi_sha256_start(kdi_sha256_state *s);
void kdi_sha256_add(kdi_sha256_state *s, const void *data, size_t size);
void kdi_sha256_hex(kdi_sha256_state *s, char hex[KDI_SHA256_HEX]); /* and starts again */

void kdi_sha256(const void *data, size_t size, char hex[KDI_SHA256_HEX]);
int kdi_sha256_file(const char *path, char hex[KDI_SHA256_HEX]);

#endif
