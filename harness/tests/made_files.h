/* made_files.h - data sets that were made from a package, where prepare left them. */
#ifndef KDI_MADE_FILES_H
#define KDI_MADE_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "test.h"
#include "data/data.h"
#include "data/made.h"

/* the folder with NAME.h5, or NULL: the cache, or the user's */
static const char *made_folder(const char *name)
{
    static char path[2][512];
    const char *user = getenv("KD_DATA"), *cache = getenv("KD_CACHE"), *home = getenv("HOME");
    const char *xdg = getenv("XDG_CACHE_HOME");
    struct stat info;
    snprintf(path[0], sizeof path[0], "%s/%s", user ? user : "", name);
    if (cache)
        snprintf(path[1], sizeof path[1], "%s/%s", cache, name);
    else if (xdg)
        snprintf(path[1], sizeof path[1], "%s/kdbench/%s", xdg, name);
    else
        snprintf(path[1], sizeof path[1], "%s/.cache/kdbench/%s", home ? home : "", name);
    for (int i = 0; i < 2; i++) {
        char file[1024];
        snprintf(file, sizeof file, "%.500s/%.100s.h5", path[i], name);
        if (stat(file, &info) == 0)
            return path[i];
    }
    return NULL;
}

static inline void open_made(kdi_arena *a, kdi_data **data, const char *name, kd_value *options)
{
    const char *folder = made_folder(name);
    if (!folder)
        skip();
    kd_value *spec = kd_map(a);
    kd_set_text(spec, "name", name);
    kd_set(spec, "options", options);
    if (kdi_data_open(data, spec, folder) != KD_OK)
        fail_msg("%s", kd_error_message());
}

#endif
