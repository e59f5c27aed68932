/* unit_store.h - what the tests of the store share: a folder of their own, whole files. */
#ifndef KDI_UNIT_STORE_H
#define KDI_UNIT_STORE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "test.h"
#include "store/store.h"

static kdi_arena *arena;
static char folder[] = "store-XXXXXX";

static void remove_folder(void)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') {
            char path[600];
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
            remove(path);
        }
    if (d)
        closedir(d);
    rmdir(folder);
    kdi_arena_free(arena);
}

/* the path of a file of this test program, removed at its end */
static const char *file_of(const char *name)
{
    if (!arena) {
        arena = kdi_arena_new("test");
        if (!mkdtemp(folder))
            fail_msg("cannot make a folder for the test");
        atexit(remove_folder);
    }
    kd_error_clear();
    return kdi_format(arena, "%s/%s", folder, name);
}

static inline unsigned char *read_bytes(const char *path, size_t *n)
{
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    fseek(in, 0, SEEK_END);
    *n = (size_t)ftell(in);
    rewind(in);
    unsigned char *data = kdi_alloc(arena, *n + 1);
    CHECK(fread(data, 1, *n, in) == *n);
    fclose(in);
    return data;
}

static inline void write_bytes(const char *path, const void *data, size_t n)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    CHECK(fwrite(data, 1, n, out) == n);
    fclose(out);
}

/* CHECK_INT(code, KD_OK) that also says what went wrong */
#define CHECK_OK(call)                                                                             \
    do {                                                                                           \
        int code_ = (call);                                                                        \
        if (code_ != KD_OK)                                                                        \
            fail_msg("%s: %s", #call, kd_error_message());                                         \
    } while (0)
/* must fail, and the message must have `part` in it */
#define CHECK_REFUSED(call, part)                                                                  \
    do {                                                                                           \
        kd_error_clear();                                                                          \
        if ((call) == KD_OK)                                                                       \
            fail_msg("%s was accepted", #call);                                                    \
        CHECK_HAS(kd_error_message(), part);                                                       \
        kd_error_clear();                                                                          \
    } while (0)

static inline const char *sum_of(const kd_value *tree)
{
    char *hex = kdi_alloc(arena, KDI_SHA256_HEX);
    CHECK_OK(kdi_tree_sha256(tree, hex));
    return hex;
}

#endif
