/* package_files.h - small Debian packages, zip files and PNG images made by a test, in memory. */
#ifndef KDI_PACKAGE_FILES_H
#define KDI_PACKAGE_FILES_H

#include <archive.h>
#include <archive_entry.h>
#include <png.h>
#include <stdio.h>
#include "test.h"
#include "data/read.h"

enum { PACKAGE_ROOM = 1 << 20 };

typedef struct packed {
    struct archive *out;
    size_t size;
    uint8_t data[PACKAGE_ROOM];
} packed;

static inline void pack_entry(packed *p, const char *name, const void *data, size_t size, int type)
{
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, (unsigned)type);
    archive_entry_set_perm(e, 0644);
    if (type == AE_IFLNK)
        archive_entry_set_symlink(e, "elsewhere");
    else
        archive_entry_set_size(e, (la_int64_t)size);
    CHECK_INT(archive_write_header(p->out, e), ARCHIVE_OK);
    if (type == AE_IFREG && size)
        CHECK(archive_write_data(p->out, data, size) == (la_ssize_t)size);
    archive_entry_free(e);
}

static inline void pack_file(packed *p, const char *name, const void *data, size_t size)
{
    pack_entry(p, name, data, size, AE_IFREG);
}

static inline void pack_text(packed *p, const char *name, const char *text)
{
    pack_file(p, name, text, strlen(text));
}

static inline void pack_begin(packed *p, bool zip)
{
    p->out = archive_write_new();
    if (zip) {
        archive_write_set_format_zip(p->out);
    } else {
        archive_write_set_format_gnutar(p->out);
        archive_write_add_filter_xz(p->out);
    }
    CHECK_INT(archive_write_open_memory(p->out, p->data, PACKAGE_ROOM, &p->size), ARCHIVE_OK);
}

static inline void pack_end(packed *p)
{
    CHECK_INT(archive_write_close(p->out), ARCHIVE_OK);
    archive_write_free(p->out);
}

/* a tar.xz becomes the package `path` */
static inline void pack_deb(const packed *tar, const char *path)
{
    static packed none;
    struct archive *tarless = archive_write_new();
    none.out = tarless;
    archive_write_set_format_ar_svr4(tarless);
    CHECK_INT(archive_write_open_filename(tarless, path), ARCHIVE_OK);
    pack_text(&none, "debian-binary", "2.0\n");
    pack_text(&none, "control.tar.xz", "not looked at");
    pack_file(&none, "data.tar.xz", tar->data, tar->size);
    pack_end(&none);
}

/* an image of one colour, alpha included; its size in bytes */
static inline size_t make_png(uint8_t *to, size_t room, unsigned width, unsigned height,
                              const uint8_t rgba[4])
{
    static uint8_t pixel[256 * 256 * 4];
    for (unsigned i = 0; i < width * height; i++)
        memcpy(pixel + 4 * i, rgba, 4);
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = PNG_FORMAT_RGBA;
    png_alloc_size_t size = room;
    CHECK(png_image_write_to_memory(&image, to, &size, 0, pixel, 0, NULL));
    return size;
}

#endif
