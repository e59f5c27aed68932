/* data_files.h - small data sets made by a test, in a folder of its own under the current one. */
#ifndef KDI_DATA_FILES_H
#define KDI_DATA_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <dirent.h>
#include <zlib.h>
#include "test.h"
#include "data/data.h"

static char folder[] = "data-XXXXXX";

static const char *in_folder(const char *file)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return path;
}

static inline void folder_make(void)
{
    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    CHECK(mkdtemp(folder) != NULL);
}

static inline void folder_empty(void)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        unlink(in_folder(e->d_name));
    closedir(d);
}

static inline void folder_remove(void)
{
    folder_empty();
    rmdir(folder);
}

static inline void put_file(const char *file, const void *data, size_t size)
{
    FILE *out = fopen(in_folder(file), "wb");
    CHECK(out != NULL);
    CHECK(fwrite(data, 1, size, out) == size);
    fclose(out);
}

/* appends when the file is there: several members */
static inline void put_gzip(const char *file, const void *data, size_t size)
{
    gzFile out = gzopen(in_folder(file), "ab");
    CHECK(out != NULL);
    CHECK(gzwrite(out, data, (unsigned)size) == (int)size);
    gzclose(out);
}

/* the file as it is, to be spoilt and written back */
static inline size_t get_file(const char *file, unsigned char *data, size_t room)
{
    FILE *in = fopen(in_folder(file), "rb");
    CHECK(in != NULL);
    size_t n = fread(data, 1, room, in);
    fclose(in);
    return n;
}

/* header and body of an IDX file; returns its size */
static inline size_t idx_bytes(unsigned char *to, int naxis, const uint32_t *axis,
                               const unsigned char *body, size_t nbody)
{
    const unsigned char magic[4] = { 0, 0, 8, (unsigned char)naxis };
    memcpy(to, magic, 4);
    for (int i = 0; i < naxis; i++)
        for (int b = 0; b < 4; b++)
            to[4 + 4 * i + b] = (unsigned char)(axis[i] >> (24 - 8 * b));
    memcpy(to + 4 + 4 * naxis, body, nbody);
    return 4 + 4 * (size_t)naxis + nbody;
}

static inline void put_images(const char *file, uint32_t n, uint32_t h, uint32_t w,
                              const unsigned char *pixel)
{
    unsigned char *data = malloc(16 + (size_t)n * h * w);
    const uint32_t axis[] = { n, h, w };
    put_file(file, data, idx_bytes(data, 3, axis, pixel, (size_t)n * h * w));
    free(data);
}

static inline void put_labels(const char *file, uint32_t n, const unsigned char *label)
{
    unsigned char *data = malloc(8 + (size_t)n);
    put_file(file, data, idx_bytes(data, 1, &n, label, n));
    free(data);
}

#endif
